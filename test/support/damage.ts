/** A fault by itself: events in, actions out. No pipe, no engine, no clock. */
import { drawOf } from '../../src/faults/draw.ts'
import type { AnyFault, FaultAction, FaultEvent, Kept } from '../../src/faults/fault.ts'
import type { FaultFrame, Unit } from '../../src/faults/unit.ts'
import type { Subject } from '../../src/filter/subject.ts'
import type { PipeEvent } from '../../src/pipe/action.ts'
import type { Direction } from '../../src/wire/frame.ts'

const START = 1_000_000

export interface DamageTable {
  /** A chunk that arrives at `ms`. */
  chunk(text: string, ms?: number, direction?: Direction): readonly FaultAction[]
  /** A unit that arrives at `ms`: a line of stdio unless told otherwise. */
  unit(text: string, changes?: Partial<Unit>, ms?: number): readonly FaultAction[]
  start(unit?: FaultFrame | null, direction?: Direction): readonly FaultAction[]
  tick(token: unknown, ms?: number): readonly FaultAction[]
  end(ms?: number, direction?: Direction): readonly FaultAction[]
  readonly kept: PipeEvent[]
  readonly notApplied: string[]
}

/** An instance of a fault, its options as people write them, its draws as told or from a seed. */
export function damageOf(fault: AnyFault, options: object = {}, draws: readonly number[] = []): DamageTable {
  const kept: PipeEvent[] = []
  const notApplied: string[] = []
  let drawn = 0
  let offset = 0
  const store: Kept = {
    get length() {
      return kept.length
    },
    push: (event) => void kept.push(event),
    take: (count = kept.length) => kept.splice(0, count),
  }
  const damage = fault.stage!(fault.options.parse(options), {
    draw: () => draws[drawn++] ?? drawOf(1, 'rule', String(drawn)),
    kept: store,
    notApplied: (reason) => notApplied.push(reason),
    shared: new Map(),
  })
  const at = (ms = 0): number => START + ms * 1000
  const addressed = <Event extends object>(event: Event, length: number, direction: Direction = 's2c') => {
    const event_ = { ...event, offset, direction, connection: 1 }
    offset += length
    return event_
  }
  return {
    kept,
    notApplied,
    chunk: (text, ms, direction) =>
      damage(addressed({ kind: 'chunk' as const, at: at(ms), bytes: Buffer.from(text) }, text.length, direction)),
    unit: (text, changes, ms) => {
      const event = addressed(lineUnit(text, changes, at(ms)), text.length + 1)
      return damage({ ...event, direction: event.meaning.subject.direction } as FaultEvent)
    },
    start: (unit = null, direction = 's2c') =>
      damage({ kind: 'start', at: at(), direction, connection: 1, unit, passed: false }),
    tick: (token, ms) => damage({ kind: 'tick', at: at(ms), token, direction: 's2c', connection: 1 }),
    end: (ms, direction = 's2c') =>
      damage({ kind: 'end', at: at(ms), ending: { how: 'fin', by: 'server' }, direction, connection: 1 }),
  }
}

/** Actions as text: `wait 200`, `pass abc`, `write abc`, `cut rst both`, `wake 100`, … */
export function actionTexts(actions: readonly FaultAction[]): string[] {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
  return actions.map((action) => {
    switch (action.do) {
      case 'pass': {
        const { event } = action
        if (event.kind === 'chunk') return `pass ${text(event.bytes)}`
        return event.kind === 'frame' ? `pass ${text(event.frame.raw)}` : `pass ${event.kind}`
      }
      case 'wait':
        return `wait ${action.ms}${action.since === 'now' ? ' from now' : ''}`
      case 'write':
        return 'to' in action
          ? `write ${text(action.bytes)} to ${action.to.connection} ${action.to.direction}`
          : `write ${text(action.bytes)}`
      case 'reply':
        return `reply ${text(action.bytes)}`
      case 'cut':
        return `cut ${action.how} ${action.side}`
      case 'release':
        return `release ${action.until}`
      case 'ask':
        return `ask ${action.ms}`
      case 'settle':
        return `settle ${action.state}`
      case 'hold':
        return `hold ${action.until}`
      case 'wake':
        return `wake ${action.ms}${action.direction === undefined ? '' : ` ${action.direction}`}`
      case 'signal':
        return `signal ${action.signal}`
      case 'restart':
        return `restart ${action.afterMs}`
      case 'exit':
        return `exit ${action.code}`
      case 'stderr':
        return `stderr ${text(action.bytes)}`
      case 'end':
        return `end ${action.connection} ${action.how} ${action.side}`
    }
  })
}

const SUBJECT: Subject = {
  direction: 's2c',
  kind: 'line',
  at: START,
  size: 0,
  transport: 'stdio',
  era: 'stateful',
  server: 'demo',
  tap: '',
  session: null,
  client: null,
  verb: null,
  path: null,
  status: null,
  stream: null,
  header: () => undefined,
  messages: [],
  text: () => '',
}

/** What a filter sees of a line of stdio, with what is changed. */
export const subjectOf = (changes: Partial<Subject> = {}): Subject => ({ ...SUBJECT, ...changes })

/** A line as a unit; `changes` make another of it. */
export function lineUnit(
  text: string,
  changes: Partial<Unit> = {},
  at = START,
): Omit<FaultFrame, 'offset'> & { readonly offset: number } {
  const line = (body: string | Uint8Array): Uint8Array => Buffer.concat([Buffer.from(body), Buffer.from('\n')])
  const raw = line(text)
  const meaning: Unit = {
    subject: subjectOf({ size: raw.length, text: () => text }),
    exchange: null,
    json: text,
    asks: false,
    withJson: (json) => line(json),
    withPayload: (payload) => line(payload),
    withHead: () => null,
    another: (json) => line(json),
    block: () => null,
    body: (bytes) => bytes,
    heartbeat: () => null,
    terminator: () => null,
    respond: () => null,
    answer: (json) => line(json),
    upTo: () => null,
    places: { midEvent: raw.length >> 1, midChar: null, afterHeaders: 0 },
    ...changes,
  }
  return { kind: 'frame', at, offset: 0, frame: { kind: 'line', raw, payload: Buffer.from(text) }, meaning }
}
