import { gzipSync } from 'node:zlib'
import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault, FaultAction, FaultEvent, Tools } from './fault.ts'
import { withRaw, type FaultFrame } from './unit.ts'
import { duration, durationText, size, sizeText } from './values.ts'

export interface BufferOptions {
  readonly until: 'end' | { readonly bytes: number } | { readonly ms: number }
  readonly 'honor-x-accel': boolean
  readonly gzip: boolean
  readonly headers: 'pass' | 'hold'
}

/** A compressor that is not flushed gives nothing before it has about so much. */
const GZIP_BYTES = 32 * 1024
/** What is held at most, whatever `until` says. */
const MAX_BYTES = 16 * 1024 * 1024

/** Gathers the body of an answer before it goes on, as a proxy with response buffering does: the client sees nothing, or the headers alone, then everything. */
export const buffer: Fault<BufferOptions> = {
  type: 'buffer',
  level: 2,
  summary: 'gathers event streams before they go on, as proxies that buffer do',
  needs: 'units',
  applies: ['http', 'sse'],
  narrow: 'dir:s2c',
  direction: 's2c',
  per: 'stream',
  // what its head calls compressed cannot go on in the clear
  eats: ({ gzip }) => gzip && 'under-way',
  options: z.strictObject({
    until: z
      .union([z.literal('end'), size.transform((bytes) => ({ bytes })), duration.transform((ms) => ({ ms }))])
      .default('end')
      .describe('What it waits for: the end of the body, so many bytes (4kb), or a time (5s)'),
    'honor-x-accel': z.boolean().default(false).describe('Lets answers with X-Accel-Buffering: no pass, as nginx does'),
    gzip: z.boolean().default(false).describe('Compresses without flushing: nothing leaves before about 32 kB'),
    headers: z
      .enum(['pass', 'hold'])
      .default('pass')
      .describe('Whether status and headers of the stream go on at once, or with the first of its body'),
  }),
  explain: ({ until, gzip, headers, 'honor-x-accel': honours }) =>
    (gzip ? 'compresses {it} without flushing, and holds them ' : 'holds {it} ') +
    (headers === 'hold' ? 'with their headers ' : '') +
    (until === 'end'
      ? 'until their end'
      : 'ms' in until
        ? `for ${durationText(until.ms)} at a time`
        : `until ${sizeText(until.bytes)} are there`) +
    (honours ? ', unless X-Accel-Buffering says no' : ''),
  stage: (options, tools) => new Buffering(options, tools).on,
}

class Buffering {
  readonly #options: BufferOptions
  readonly #tools: Tools
  #off = false
  #gzip = false
  #held = 0
  #waking = false

  constructor(options: BufferOptions, tools: Tools) {
    this.#options = options
    this.#tools = tools
  }

  readonly on = (event: FaultEvent): readonly FaultAction[] => {
    if (event.kind === 'start') return []
    if (event.kind === 'tick') {
      this.#waking = false
      return this.#flush()
    }
    if (event.kind !== 'frame' || this.#off) return [...this.#flush(), pass(event)]
    if (event.meaning.withHead({}) !== null) return this.#head(event)
    if (event.meaning.subject.kind === 'end') return [...this.#flush(), pass(event)]
    return this.#gather(event)
  }

  #head(event: FaultFrame): readonly FaultAction[] {
    const { meaning } = event
    this.#off = this.#options['honor-x-accel'] && meaning.subject.header('x-accel-buffering')?.toLowerCase() === 'no'
    this.#gzip = this.#options.gzip && !this.#off && meaning.subject.stream !== null
    const raw = this.#gzip ? meaning.withHead({ 'Content-Encoding': 'gzip' }) : null
    const out = raw === null ? event : withRaw(event, raw)
    if (this.#options.headers === 'pass' || this.#off || meaning.subject.stream === null) return [pass(out)]
    this.#tools.kept.push(out)
    return []
  }

  #gather(event: FaultFrame): readonly FaultAction[] {
    const { until } = this.#options
    this.#tools.kept.push(event)
    this.#held += event.frame.payload.length
    const bound = this.#gzip ? GZIP_BYTES : until !== 'end' && 'bytes' in until ? until.bytes : MAX_BYTES
    if (this.#held >= bound) return this.#flush()
    if (until === 'end' || !('ms' in until) || this.#waking) return []
    this.#waking = true
    return [{ do: 'wake', ms: until.ms, token: 'flush' }]
  }

  #flush(): readonly FaultAction[] {
    this.#held = 0
    const kept = this.#tools.kept.take()
    const [first] = kept
    if (!this.#gzip || first === undefined || first.kind !== 'frame') return kept.map(pass)
    const frames = kept as FaultFrame[]
    const heads = frames.filter(({ meaning }) => meaning.withHead({}) !== null)
    const blocks = frames.slice(heads.length)
    const member = gzipSync(Buffer.concat(blocks.map(({ frame }) => frame.payload)))
    const last = blocks.at(-1)
    return [
      ...heads.map(pass),
      ...(last === undefined ? [] : [{ do: 'write', bytes: last.meaning.body(member) } as const]),
    ]
  }
}
