import { useApp } from '../app-context.ts'
import type { App } from './app-state.ts'
import { narrowPane } from './settings.ts'

/** Selects a frame wherever it is: the list moves there if it holds it not; one the filter hides opens in the detail only. */
export function jumpTo({ traffic, go }: App, id: number): void {
  const { firstId, lastId } = traffic.window
  traffic.follow(false)
  go({ frame: id }, true)
  narrowPane.value = 'detail'
  if (firstId === null || lastId === null || id < firstId || id > lastId) void traffic.around(id)
}

/** `jumpTo` for parts. */
export function useJump(): (id: number) => void {
  const app = useApp()
  return (id) => jumpTo(app, id)
}
