import { nullTap } from './null-tap.ts'
import type { Tap } from './tap.ts'

/** A tap that keeps what it is told until it is known whom to tell. Not bounded: to be settled within milliseconds. */
export function createLateTap(): { readonly tap: Tap; become(real: Tap): void } {
  const kept: ((tap: Tap) => void)[] = []
  let real: Tap | undefined
  const tell = (call: (tap: Tap) => void): void => {
    if (real === undefined) kept.push(call)
    else call(real)
  }
  const tap = Object.fromEntries(
    (Object.keys(nullTap) as (keyof Tap)[]).map((name) => [
      name,
      (...told: unknown[]) => tell((to) => (to[name] as (...all: unknown[]) => void)(...told)),
    ]),
  ) as unknown as Tap
  return {
    tap,
    become(next) {
      real = next
      for (const call of kept.splice(0)) call(next)
    },
  }
}
