/** An engine on a fake clock, and connections through it: what goes in, what comes out, what was decided. */
import { createEngine, type Engine } from '../../src/faults/engine/engine.ts'
import type { AnyFault } from '../../src/faults/fault.ts'
import type { ActiveRule, RuleSource } from '../../src/faults/rules/rule.ts'
import type { Decision } from '../../src/pipe/decision.ts'
import { nullTap } from '../../src/pipe/null-tap.ts'
import { Pipe } from '../../src/pipe/pipe.ts'
import type { SteeredConnection } from '../../src/pipe/policy.ts'
import type { ConnectionInfo, Tap } from '../../src/pipe/tap.ts'
import type { Direction } from '../../src/wire/frame.ts'
import { fakeFaults } from './fake-faults.ts'
import { fakeClock, type FakeClock } from './playbook.ts'

const START = 1_000_000
const FIN = { c2s: { how: 'fin', by: 'client' }, s2c: { how: 'fin', by: 'server' } } as const

export interface EngineLine {
  readonly id: number
  readonly connection: SteeredConnection
  /** What happened, in order: `c2s abc@0`, `cut rst both late@5`, `end c2s fin@7`, `insert s2c abc rule@1`. */
  readonly log: string[]
  push(direction: Direction, text: string): void
  out(direction: Direction): string
  /** Of each piece that came out: it was known what message it is like. */
  readonly likes: readonly boolean[]
  end(direction: Direction): void
  close(): void
}

export interface EngineTable {
  readonly engine: Engine
  readonly clock: FakeClock
  readonly decisions: Decision[]
  /** `rule scope action`, `-` before those that did not fire. */
  decided(): string[]
  readonly notices: string[]
  /** `edit c2s 0 -3 +XYZ rule`. */
  readonly edits: string[]
  /** Rules in their order; those without an id are named for their fault. */
  rules(...sources: RuleSource[]): void
  open(info?: Partial<ConnectionInfo>): EngineLine
}

/** A connection of the demo. */
export const INFO: ConnectionInfo = {
  transport: 'http',
  server: 'demo',
  target: 'http://demo/mcp',
  clientAddress: '127.0.0.1',
  clientPort: 1,
  localAddress: '127.0.0.1',
  localPort: 2,
}

export function activeRules(sources: readonly RuleSource[], origin: ActiveRule['origin'] = 'control'): ActiveRule[] {
  return sources.map((source) => ({
    id: source.id ?? source.fault,
    revision: 1,
    source,
    origin,
    enabled: source.enabled ?? true,
  }))
}

export function engineTable({
  headers = false,
  seed = 1,
  among = fakeFaults,
}: { headers?: boolean; seed?: number; among?: readonly AnyFault[] } = {}): EngineTable {
  const clock = fakeClock(START)
  const decisions: Decision[] = []
  const notices: string[] = []
  const edits: string[] = []
  const tap: Tap = {
    ...nullTap,
    decided: (decision) => void decisions.push(decision),
    edited: (_c, direction, offset, removed, bytes, rule) =>
      void edits.push(`edit ${direction} ${offset} -${removed} +${Buffer.from(bytes).toString('latin1')} ${rule}`),
  }
  const engine = createEngine({ clock, seed, tap, notice: (text) => notices.push(text), among, headers })
  let connections = 0
  return {
    engine,
    clock,
    decisions,
    notices,
    edits,
    decided: () => decisions.map(({ fired, rule, scope, action }) => `${fired ? '' : '- '}${rule} ${scope}: ${action}`),
    rules: (...sources) => engine.setRules(activeRules(sources)),
    open: (info = {}) => open(++connections, { ...INFO, ...info }, { engine, clock, tap }),
  }
}

function open(
  id: number,
  info: ConnectionInfo,
  { engine, clock, tap }: { engine: Engine; clock: FakeClock; tap: Tap },
): EngineLine {
  const log: string[] = []
  const out: Record<Direction, string> = { c2s: '', s2c: '' }
  const likes: boolean[] = []
  const note = (text: string): void => void log.push(`${text}@${(clock.now() - START) / 1000}`)
  const pipe = (direction: Direction): Pipe =>
    new Pipe({
      connection: id,
      direction,
      clock,
      tap,
      outlet: {
        write: (bytes, _offset, like) => {
          likes.push(like !== undefined)
          const text = Buffer.from(bytes).toString('latin1')
          out[direction] += text
          note(`${direction} ${text}`)
        },
        flush: () => undefined,
        held: 0,
        border: true,
      },
      pause: () => undefined,
      ended: ({ how }) => note(`end ${direction} ${how}`),
      cut: (how, side, rule) => note(`cut ${how} ${side} ${rule}`),
      reply: (bytes, rule) => connection[direction === 'c2s' ? 's2c' : 'c2s'].inject(bytes, rule),
    })
  const connection: SteeredConnection = {
    id,
    info,
    c2s: pipe('c2s'),
    s2c: pipe('s2c'),
    standing: () => null,
    cut: (how, side, rule) => note(`cut ${how} ${side} ${rule}`),
    insert: (direction, bytes, rule) => {
      note(`insert ${direction} ${Buffer.from(bytes).toString('latin1')} ${rule}`)
      connection[direction].inject(bytes, rule)
    },
    signal: (signal, rule) => note(`signal ${signal} ${rule}`),
    restart: (rule, { afterMs, ready }) =>
      note(`restart ${afterMs}${ready === undefined ? '' : ` until "${ready}"`} ${rule}`),
    startNow: (rule) => note(`start ${rule}`),
  }
  const over = engine.opened(connection)
  return {
    id,
    connection,
    log,
    push: (direction, text) => connection[direction].push(Buffer.from(text, 'latin1')),
    out: (direction) => out[direction],
    likes,
    end: (direction) => connection[direction].end(FIN[direction]),
    close: () => {
      connection.c2s.destroy()
      connection.s2c.destroy()
      over()
    },
  }
}

const json = (value: object): string => JSON.stringify({ jsonrpc: '2.0', ...value })
/** Traffic as it stands on the wire. */
export const wire = {
  json,
  call: (id: number, tool = 'echo'): string => json({ id, method: 'tools/call', params: { name: tool } }),
  result: (id: number): string => json({ id, result: {} }),
  line: (text: string): string => `${text}\n`,
  post: (body: string, fields = ''): string =>
    `POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`,
  ok: (body: string, fields = ''): string =>
    `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`,
  stream: 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n',
  event: (data: string): string => {
    const text = `data: ${data}\n\n`
    return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
  },
  last: '0\r\n\r\n',
} as const
