import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Damage, Fault, FaultAction, Tools } from './fault.ts'
import { errorBody, respondWith } from './http-error.ts'
import { withRaw, type FaultFrame } from './unit.ts'

const MODES = {
  gap: 'leaves out the first events after a resumed stream',
  duplicate: 'repeats events that were delivered before, after a resumed stream',
  ignore: 'hides Last-Event-ID from the server',
  reject: 'answers resumed streams with 400',
  foreign: 'replaces Last-Event-ID by one of another stream',
  provide: 'gives events ids and replays what was lost, for a server that cannot',
} as const

export interface ResumeOptions {
  readonly mode: keyof typeof MODES
  readonly count: number
}

/** Events remembered for a session. */
const REMEMBERED = 1000

/** Lies about `Last-Event-ID` (up to 2025-11-25); `provide` is the good case, for a server without resumption. */
export const resume: Fault<ResumeOptions> = {
  type: 'resume',
  level: 3,
  summary: 'lies about Last-Event-ID when a stream is resumed, or provides resumption',
  needs: 'units',
  applies: ['http'],
  direction: 'both',
  per: 'session',
  options: z.strictObject({
    mode: z
      .enum(['gap', 'duplicate', 'ignore', 'reject', 'foreign', 'provide'])
      .describe(
        'gap: events are missing; duplicate: come twice; ignore: the id is hidden; reject: 400; foreign: another id; provide: ids and replay',
      ),
    count: z.int().min(1).max(REMEMBERED).default(1).describe('How many events are missing, or come twice'),
  }),
  explain: ({ mode, count }) => MODES[mode] + (mode === 'gap' || mode === 'duplicate' ? ` (${count})` : ''),
  stage: ({ mode, count }, tools) => {
    const memory: Memory = { resuming: new Map(), events: [], given: 0 }
    return (event) => {
      if (event.kind !== 'frame') return event.kind === 'start' || event.kind === 'tick' ? [] : [pass(event)]
      if (event.direction === 'c2s') return asked(event, mode, memory)
      return answered(event, mode, count, memory, tools)
    }
  },
}

interface Memory {
  /** Connections whose GET asked to resume, and from where. */
  readonly resuming: Map<number, { readonly from: string; left: number }>
  readonly events: { readonly id: string; readonly block: string; readonly at: number }[]
  given: number
}

function asked(
  event: FaultFrame & { connection: number },
  mode: ResumeOptions['mode'],
  memory: Memory,
): readonly FaultAction[] {
  const { subject } = event.meaning
  const from = subject.verb === 'GET' ? subject.header('last-event-id') : undefined
  if (from === undefined || !event.meaning.asks) return [pass(event)]
  if (mode === 'reject') {
    const json = { 'Content-Type': 'application/json' }
    return respondWith(event, 400, json, errorBody(-32000, 'Invalid event ID format')) ?? [pass(event)]
  }
  memory.resuming.set(event.connection, { from, left: -1 })
  const own = mode === 'provide' && from.startsWith('mitmcp-')
  if (mode !== 'ignore' && mode !== 'foreign' && !own) return [pass(event)]
  const raw = event.meaning.withHead({ 'Last-Event-ID': mode === 'foreign' ? `${from}-of-another-stream` : null })
  return [pass(raw === null ? event : withRaw(event, raw))]
}

function answered(
  event: FaultFrame & { connection: number },
  mode: ResumeOptions['mode'],
  count: number,
  memory: Memory,
  tools: Tools,
): ReturnType<Damage> {
  const { meaning } = event
  const resumed = memory.resuming.get(event.connection)
  if (meaning.subject.kind !== 'event') return replayed(event, mode, count, memory, resumed?.from)
  if (mode === 'gap' && resumed !== undefined && meaning.json !== null) {
    resumed.left = resumed.left === -1 ? count : resumed.left
    if (resumed.left > 0) {
      resumed.left--
      return []
    }
  }
  const block = Buffer.from(event.frame.payload)
    .toString('utf8')
    .replace(/(\r\n|\r|\n)+$/, '')
  const id = /^id: ?(.*)$/m.exec(block)?.[1]?.trim()
  const named = id ?? `mitmcp-${++memory.given}`
  if (meaning.json !== null) memory.events.push({ id: named, block, at: event.at })
  if (memory.events.length > REMEMBERED) memory.events.shift()
  if (mode !== 'provide' || id !== undefined) return [pass(event)]
  const raw = meaning.withPayload(Buffer.from(`id: ${named}\n${block}\n\n`))
  if (raw === null) tools.notApplied('compressed')
  return [pass(raw === null ? event : withRaw(event, raw))]
}

/** The head of a resumed stream: what is to come again follows it. */
function replayed(
  event: FaultFrame,
  mode: ResumeOptions['mode'],
  count: number,
  { events }: Memory,
  from: string | undefined,
): readonly FaultAction[] {
  const begins = event.meaning.subject.stream !== null && event.meaning.withHead({}) !== null
  if (!begins || from === undefined || (mode !== 'duplicate' && mode !== 'provide')) return [pass(event)]
  const known = events.findIndex(({ id }) => id === from)
  if (mode === 'provide' && known === -1) return [pass(event)]
  const again = mode === 'provide' ? events.slice(known + 1) : events.slice(Math.max(0, known + 1 - count), known + 1)
  const blocks = again.map(({ id, block }) => event.meaning.block(/^id:/m.test(block) ? block : `id: ${id}\n${block}`))
  return [pass(event), ...blocks.flatMap((bytes) => (bytes === null ? [] : [{ do: 'write', bytes } as const]))]
}
