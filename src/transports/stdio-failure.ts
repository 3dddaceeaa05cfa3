import type { StartFailure } from './server-process.ts'
import type { StdioOptions } from './stdio.ts'

/** Tells the record of a server that could not be started. */
export function recordFailure(
  { id, info, tap, clock }: Pick<StdioOptions, 'id' | 'info' | 'tap' | 'clock'>,
  { code }: StartFailure,
): void {
  const at = clock.now()
  tap.opened(id, at, info)
  tap.upstream(id, { at, error: code })
  for (const direction of ['c2s', 's2c'] as const) {
    tap.ended(id, direction, at, { how: 'unreachable', by: 'server', detail: code }, 0)
  }
  tap.closed(id, at)
}
