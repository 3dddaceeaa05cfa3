/** A tap for a proxy that records nothing. */
import type { Tap } from './tap.ts'

const ignore = (): void => undefined

export const nullTap: Tap = {
  opened: ignore,
  upstream: ignore,
  chunk: ignore,
  sent: ignore,
  edited: ignore,
  ended: ignore,
  closed: ignore,
  logged: ignore,
  note: ignore,
  decided: ignore,
  held: ignore,
}
