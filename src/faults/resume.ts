import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault, FaultAction, FaultEvent } from './fault.ts'
import { isFiller } from './filler.ts'
import { errorBody, respondWith } from './http-error.ts'
import { createStreamMemory, type StreamMemory } from './stream-memory.ts'
import { withRaw } from './unit.ts'

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

type Framed = Extract<FaultEvent, { kind: 'frame' }>

/** A GET that asked to resume, and how much of its stream is still to be left out. */
interface Resuming {
  readonly from: string
  left: number
}

/**
 * Lies about `Last-Event-ID` (up to 2025-11-25; later there is none); `provide` is the good case, for a server without resumption: what a
 * client missed of the stream of a request is answered from memory, of its GET stream put in front of the new one.
 */
export const resume: Fault<ResumeOptions> = {
  type: 'resume',
  level: 3,
  summary: 'lies about Last-Event-ID when a stream is resumed, or provides resumption',
  needs: 'units',
  applies: ['http'],
  direction: 'both',
  per: 'session',
  hears: true,
  options: z.strictObject({
    mode: z
      .enum(['gap', 'duplicate', 'ignore', 'reject', 'foreign', 'provide'])
      .describe(
        'gap: events are missing; duplicate: come twice; ignore: the id is hidden; reject: 400; foreign: another id; provide: ids and replay',
      ),
    count: z.int().min(1).max(1000).default(1).describe('How many events are missing, or come twice'),
  }),
  explain: ({ mode, count }) => MODES[mode] + (mode === 'gap' || mode === 'duplicate' ? ` (${count})` : ''),
  stage: (options) => {
    const memory = createStreamMemory()
    const resuming = new Map<string, Resuming>()
    return (event) => {
      if (event.kind !== 'frame') return event.kind === 'start' || event.kind === 'tick' ? [] : [pass(event)]
      const { subject, exchange } = event.meaning
      if (exchange === null || subject.era === 'stateless' || subject.transport === 'sse') return [pass(event)]
      const stream = `${event.connection} ${exchange}`
      if (event.direction === 'c2s') {
        const from = subject.verb === 'GET' && event.meaning.asks ? subject.header('last-event-id') : undefined
        if (from === undefined) return [pass(event)]
        resuming.set(stream, { from, left: options.count })
        return asked(event, from, options, memory)
      }
      if (subject.stream === null) return [pass(event)]
      if (subject.kind === 'event') return said(event, stream, options, memory, resuming.get(stream))
      if (subject.kind === 'end') resuming.delete(stream)
      const resumed = resuming.get(stream)
      return subject.kind !== 'head' || resumed === undefined
        ? [pass(event)]
        : [pass(event), ...replayed(event, stream, resumed.from, options, memory)]
    }
  },
}

/** A GET goes on from an event. */
function asked(event: Framed, from: string, { mode }: ResumeOptions, memory: StreamMemory): readonly FaultAction[] {
  const { meaning } = event
  if (mode === 'reject') {
    const json = { 'Content-Type': 'application/json' }
    return respondWith(event, 400, json, errorBody(-32000, 'Invalid event ID format')) ?? [pass(event)]
  }
  if (mode === 'provide') {
    if (!memory.isOurs(from)) return [pass(event)]
    // nobody else can finish the stream of a request: upstream it is gone
    if (memory.verbOf(from) === 'post') {
      const blocks = memory.behind(from).map((block) => `${block}\n\n`)
      const headers = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' }
      return respondWith(event, 200, headers, blocks.join('')) ?? [pass(event)]
    }
  } else if (mode !== 'ignore' && mode !== 'foreign') return [pass(event)]
  const other = memory.foreignTo(from) ?? `${from}-of-another-stream`
  const raw = meaning.withHead({ 'Last-Event-ID': mode === 'foreign' ? other : null })
  return [pass(raw === null ? event : withRaw(event, raw))]
}

/** An event, on its way to the client. */
function said(
  event: Framed,
  stream: string,
  { mode }: ResumeOptions,
  memory: StreamMemory,
  resumed: Resuming | undefined,
): readonly FaultAction[] {
  if (isFiller(event)) return [pass(event)]
  const verb = event.meaning.subject.stream ?? 'post'
  const block = Buffer.from(event.frame.payload).toString('utf8')
  const { id, given } = memory.add(stream, verb, block)
  if (mode === 'gap' && resumed !== undefined && resumed.left > 0 && event.meaning.json !== null) {
    resumed.left--
    return []
  }
  const raw = mode === 'provide' && given ? event.meaning.withPayload(Buffer.from(`id: ${id}\n${block}`)) : null
  return [pass(raw === null ? event : withRaw(event, raw))]
}

/** Behind the head of a resumed stream: what comes again. */
function replayed(
  event: Framed,
  stream: string,
  from: string,
  { mode, count }: ResumeOptions,
  memory: StreamMemory,
): readonly FaultAction[] {
  memory.goOn(stream, from)
  const again =
    mode === 'duplicate'
      ? memory.upTo(from, count)
      : mode === 'provide' && memory.isOurs(from)
        ? memory.behind(from)
        : []
  const blocks = again.map((block) => event.meaning.block(block))
  return blocks.flatMap((bytes) => (bytes === null ? [] : [{ do: 'write', bytes } as const]))
}
