import type { Http1Head } from '../../wire/http1.ts'
import { isEventStream, isJson } from '../../wire/mcp.ts'

/** What is asked of every head. Equal heads give the same object. */
export interface HeadFacts {
  readonly sessionId: string | null
  readonly revision: string | null
  readonly credential: string | undefined
  readonly agent: string
  /** A content coding hides the body. */
  readonly coded: boolean
  readonly stream: boolean
  /** Null: no type is given. */
  readonly json: boolean | null
  /** Its body comes only behind a `100 Continue` (RFC 9110 §10.1.1). */
  readonly waits: boolean
}

/** Values that change from head to head and that no fact comes from. */
const PASSING = /\n(?:date|content-length|age|last-event-id|traceparent|x-request-id):[^\n]*/gi

/** Reads the heads of one direction: those that are like the last one cost a few comparisons. */
export class HeadFactsReader {
  #raw: Buffer | null = null
  /** Pairs of offsets: what must be equal. */
  #ranges: readonly number[] = []
  #facts: HeadFacts | null = null

  read(head: Http1Head): HeadFacts {
    const raw = head.raw as Buffer
    if (this.#facts !== null && this.#isLike(raw)) return this.#facts
    this.#raw = Buffer.from(raw)
    this.#ranges = telling(raw)
    return (this.#facts = factsOf(head))
  }

  #isLike(raw: Buffer): boolean {
    const other = this.#raw!
    if (raw.length !== other.length) return false
    const ranges = this.#ranges
    for (let i = 0; i < ranges.length; i += 2) {
      if (raw.compare(other, ranges[i]!, ranges[i + 1]!, ranges[i]!, ranges[i + 1]!) !== 0) return false
    }
    return true
  }
}

function telling(raw: Buffer): number[] {
  const ranges = [0]
  for (const match of raw.toString('latin1').matchAll(PASSING)) {
    ranges.push(match.index + match[0].indexOf(':'), match.index + match[0].length)
  }
  return [...ranges, raw.length]
}

function factsOf(head: Http1Head): HeadFacts {
  const type = head.field('content-type')
  return {
    sessionId: head.field('mcp-session-id') ?? null,
    revision: head.field('mcp-protocol-version') ?? null,
    credential: head.field('authorization'),
    agent: head.field('user-agent') ?? '',
    coded: (head.field('content-encoding') ?? 'identity').toLowerCase() !== 'identity',
    stream: isEventStream(type),
    json: type === undefined ? null : isJson(type),
    waits: /100-continue/i.test(head.field('expect') ?? '') && / HTTP\/1\.1\r?\n/.test(startOf(head)),
  }
}

const startOf = ({ raw }: Http1Head): string => /[^\r\n]+\r?\n/.exec(Buffer.from(raw).toString('latin1'))?.[0] ?? ''
