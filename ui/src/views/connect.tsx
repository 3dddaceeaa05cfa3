import { useApp } from '../app-context.ts'
import { Snippets } from '../parts/snippets.tsx'

/** How to point a client at the proxy; the same as the empty list shows. */
export function Connect() {
  const { status } = useApp()
  return (
    <main class="scroll-view">
      <Snippets servers={status.value?.servers ?? []} />
    </main>
  )
}
