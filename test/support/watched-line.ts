/** A watch on two pipes: what goes in, the units that pass, what comes out. */
import type { Action, NamedStage, PipeEvent } from '../../src/pipe/action.ts'
import { pass } from '../../src/pipe/action.ts'
import { nullTap } from '../../src/pipe/null-tap.ts'
import { Pipe } from '../../src/pipe/pipe.ts'
import type { Standing } from '../../src/pipe/policy.ts'
import type { FaultFrame } from '../../src/faults/unit.ts'
import {
  createLiveConversations,
  createWatch,
  type Place,
  type Watch,
  type WatchOptions,
} from '../../src/faults/units/index.ts'
import type { Direction } from '../../src/wire/frame.ts'
import { fakeClock, type FakeClock } from './playbook.ts'

export type Damage = (event: FaultFrame, direction: Direction) => readonly Action[] | undefined

export interface WatchedLine {
  readonly watch: Watch
  readonly pipes: Readonly<Record<Direction, Pipe>>
  readonly clock: FakeClock
  /** Every unit that passed, oldest first. */
  readonly units: FaultFrame[]
  /** `edit 0 -3 +XYZ rule`, of both directions. */
  readonly edits: string[]
  readonly left: string[]
  out(direction: Direction): string
  /** The same, put together from what came in and the edits in the record. */
  recorded(direction: Direction): string
  push(direction: Direction, bytes: string | Uint8Array): void
  end(direction: Direction): void
  /** Puts the stages in. `now`: in the middle; where each direction stands. */
  begin(now?: Readonly<Record<Direction, () => Standing | null>>): void
  /** Takes them out. */
  stop(): void
}

const FIN = { c2s: { how: 'fin', by: 'client' }, s2c: { how: 'fin', by: 'server' } } as const

export interface LineOptions extends Partial<WatchOptions> {
  readonly damage?: Damage
  /** Begins without stages. */
  readonly idle?: boolean
}

export function watchedLine({ damage, idle = false, ...more }: LineOptions = {}): WatchedLine {
  const clock = fakeClock()
  const out: Record<Direction, Uint8Array[]> = { c2s: [], s2c: [] }
  const input: Record<Direction, string> = { c2s: '', s2c: '' }
  const changes: Record<Direction, { offset: number; removed: number; text: string }[]> = { c2s: [], s2c: [] }
  const edits: string[] = []
  const left: string[] = []
  const units: FaultFrame[] = []
  const info = {
    transport: 'http',
    server: 'srv',
    target: 'http://srv/mcp',
    clientAddress: '127.0.0.1',
    clientPort: 1,
    localAddress: '127.0.0.1',
    localPort: 2,
  } as const
  const watch = createWatch({
    info,
    tap: 'here',
    conversations: createLiveConversations(),
    clock,
    leftAlone: ({ direction, offset, reason }) => void left.push(`${direction} ${offset} ${reason}`),
    ...more,
  })
  const pipe = (direction: Direction): Pipe =>
    new Pipe({
      connection: 1,
      direction,
      clock,
      tap: {
        ...nullTap,
        edited: (_c, _d, offset, removed, bytes, rule) => {
          const text = Buffer.from(bytes).toString('latin1')
          edits.push(`edit ${offset} -${removed} +${text} ${rule}`)
          changes[direction].push({ offset, removed, text })
        },
      },
      outlet: {
        write: (bytes) => void out[direction].push(Buffer.from(bytes)),
        flush: () => undefined,
        held: 0,
        get border() {
          return (out[direction].at(-1)?.at(-1) ?? 10) === 10
        },
      },
      pause: () => undefined,
      ended: () => undefined,
      cut: () => undefined,
      reply: (bytes, rule) => pipes[direction === 'c2s' ? 's2c' : 'c2s'].inject(bytes, rule),
    })
  const pipes: Record<Direction, Pipe> = { c2s: pipe('c2s'), s2c: pipe('s2c') }
  const between = (direction: Direction): NamedStage => ({
    rule: 'rule',
    stage: (event: PipeEvent) => {
      if (event.kind !== 'frame' || event.meaning === undefined) return [pass(event)]
      units.push(event as FaultFrame)
      return damage?.(event as FaultFrame, direction) ?? [pass(event)]
    },
  })
  const rules = { c2s: between('c2s'), s2c: between('s2c') }
  const begin: WatchedLine['begin'] = (now) => {
    const place = (direction: Direction): Place => ({ pipe: pipes[direction], standing: now![direction] })
    if (now !== undefined) watch.attach({ c2s: place('c2s'), s2c: place('s2c') })
    for (const direction of ['c2s', 's2c'] as const)
      pipes[direction].setStages([watch.entry(direction), rules[direction], watch.exit(direction)])
  }
  if (!idle) begin()
  return {
    watch,
    pipes,
    clock,
    units,
    edits,
    left,
    out: (direction) => Buffer.concat(out[direction]).toString('latin1'),
    recorded: (direction) => {
      let at = 0
      const parts = changes[direction].map(({ offset, removed, text }) => {
        const before = input[direction].slice(at, offset)
        at = offset + removed
        return before + text
      })
      return parts.join('') + input[direction].slice(at)
    },
    push: (direction, bytes) => {
      const chunk = Buffer.from(bytes as string, 'latin1')
      input[direction] += chunk.toString('latin1')
      pipes[direction].push(chunk)
    },
    end: (direction) => pipes[direction].end(FIN[direction]),
    begin,
    stop: () => {
      for (const direction of ['c2s', 's2c'] as const) pipes[direction].setStages([])
    },
  }
}

/** In words: `c2s body tools/call echo 1`. */
export function said({ meaning: { subject } }: FaultFrame): string {
  const messages = subject.messages.map(({ kind, method, tool, id }) =>
    [kind, method, tool, id].filter((part) => part !== null).join(' '),
  )
  return [subject.direction, subject.kind, ...messages].join(' ')
}
