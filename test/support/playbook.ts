/** A pipe on a fake clock: what goes in, what comes out, in the order it happened. */
import type { Clock } from '../../src/pipe/clock.ts'
import { Pipe, type Outlet } from '../../src/pipe/pipe.ts'
import type { NamedStage } from '../../src/pipe/action.ts'
import type { Tap } from '../../src/pipe/tap.ts'
import { nullTap } from '../../src/pipe/null-tap.ts'

export interface FakeClock extends Clock {
  /** Milliseconds go by; what is due happens, in order. */
  advance(ms: number): void
}

export function fakeClock(start = 1_000_000): FakeClock {
  let now = start
  let timers: { at: number; then: () => void }[] = []
  return {
    now: () => now,
    at: (at, then) => {
      const timer = { at, then }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    advance: (ms) => {
      const until = now + ms * 1000
      for (;;) {
        const next = timers.filter((timer) => timer.at <= until).toSorted((a, b) => a.at - b.at)[0]
        if (next === undefined) break
        timers = timers.filter((timer) => timer !== next)
        now = Math.max(now, next.at)
        next.then()
      }
      now = until
    },
  }
}

export interface Playbook {
  readonly pipe: Pipe
  readonly clock: FakeClock
  /** `text@ms` for bytes out, `end:fin@ms`, `pause`, `resume`, `cut:rst:both`, `reply:text`. */
  readonly log: string[]
  /** What the tap was told: `in 0 3`, `sent 3`, `edit 0 -3 +XYZ rule`. */
  readonly tapped: string[]
  push(text: string): void
  /** The outlet lets go of what it keeps back. */
  letGo(): void
}

export function playbook(
  stages: NamedStage[] = [],
  options: { open?: boolean; inboxBytes?: number; keepBack?: number } = {},
): Playbook {
  const clock = fakeClock()
  const log: string[] = []
  const tapped: string[] = []
  const ms = (): number => (clock.now() - 1_000_000) / 1000
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
  const tap: Tap = {
    ...nullTap,
    chunk: (_c, _d, bytes, receivedAt, sentAt) =>
      tapped.push(`in ${text(bytes)} ${(receivedAt - 1_000_000) / 1000}${sentAt === 0 ? '' : ' sent'}`),
    sent: (_c, _d, upTo) => tapped.push(`sent ${upTo}`),
    edited: (_c, _d, offset, removed, bytes, rule) => tapped.push(`edit ${offset} -${removed} +${text(bytes)} ${rule}`),
  }
  let kept = options.keepBack ?? 0
  const outlet: Outlet = {
    write: (bytes) => {
      log.push(`${text(bytes)}@${ms()}`)
    },
    flush: () => undefined,
    get held() {
      return kept
    },
    border: false,
  }
  const pipe = new Pipe(
    {
      connection: 1,
      direction: 'c2s',
      outlet,
      tap,
      clock,
      ...(options.inboxBytes === undefined ? {} : { inboxBytes: options.inboxBytes }),
      pause: (stop) => log.push(stop ? 'pause' : 'resume'),
      ended: (ending) => log.push(`end:${ending.how}@${ms()}`),
      cut: (how, side) => log.push(`cut:${how}:${side}`),
      reply: (bytes) => log.push(`reply:${text(bytes)}`),
    },
    options.open === undefined ? {} : { open: options.open },
  )
  pipe.setStages(stages)
  const letGo = (): void => {
    kept = 0
    pipe.flushed()
  }
  return { pipe, clock, log, tapped, letGo, push: (chunk) => pipe.push(Buffer.from(chunk, 'latin1')) }
}
