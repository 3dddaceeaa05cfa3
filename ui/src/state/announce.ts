import { signal } from '@preact/signals'

/** The last short notice: shown for a moment, and read out. `at` tells equal ones apart. */
export const notice = signal<{ readonly text: string; readonly at: number } | null>(null)

let timer: ReturnType<typeof setTimeout> | undefined

export function announce(text: string): void {
  notice.value = { text, at: performance.now() }
  clearTimeout(timer)
  timer = setTimeout(() => (notice.value = null), 2200)
}
