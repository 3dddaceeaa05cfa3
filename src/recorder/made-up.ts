/** What rules, or the proxy itself, put into a connection in the place of nothing. */
import { isFaultRule } from '../store/fault-rules.ts'
import type { ConnectionRecord } from '../store/records.ts'
import type { EndingHow } from '../wire/ending.ts'
import type { Direction } from '../wire/frame.ts'
import type { Outstanding } from '../wire/http1.ts'
import type { RecordingContext } from './context.ts'
import type { Exchanges } from './exchanges.ts'
import { Flow } from './flow.ts'
import { emptySpan, type FrameSpan } from './frame-span.ts'
import { headLength, properEnd } from './own-bytes.ts'
import { ownFrame } from './own-frame.ts'
import type { PackedEdit } from './packing.ts'

const NOTHING = new Uint8Array(0)

/** Where the connection stands when something is put in. */
export interface MadeUpPlace {
  readonly outstanding: Outstanding
  /** It was switched to WebSocket. */
  readonly socket: boolean
  /** Offset behind the last byte the server has sent. */
  readonly answered: number
}

export class MadeUp {
  readonly #context: RecordingContext
  readonly #connection: ConnectionRecord
  readonly #exchanges: Exchanges
  /** Where the request began that a rule has last answered itself, by rule. */
  readonly #replies = new Map<string, number>()
  /** What the last bytes put in have ended properly, and how. */
  #proper: { readonly direction: Direction; readonly how: EndingHow } | null = null

  constructor(context: RecordingContext, connection: ConnectionRecord, exchanges: Exchanges) {
    this.#context = context
    this.#connection = connection
    this.#exchanges = exchanges
  }

  /** A rule answers the request that begins there. */
  replies(rule: string, offset: number): void {
    this.#replies.set(rule, offset)
  }

  /** How a direction ended that a rule has closed: properly, where bytes of it were its end. */
  ended(direction: Direction, seen: EndingHow): EndingHow {
    return seen === 'fin' && this.#proper?.direction === direction ? this.#proper.how : seen
  }

  /** Bytes a rule made up: an answer to a request that never left, a request of its own, or part of what passes. */
  put(edit: PackedEdit, at: number, { outstanding, socket, answered }: MadeUpPlace): void {
    const { direction, offset, bytes, rule } = edit
    const exchanges = this.#exchanges
    // a client is told to go on, and is answered later
    if (rule === 'framing') return void ownFrame(this.#context, exchanges.newest ?? exchanges.opaque(at), edit, at)
    const how = properEnd(bytes, socket)
    this.#proper = how === null ? null : { direction, how }
    if (socket || headLength(bytes) === 0) {
      const within = direction === 's2c' && offset < answered
      const flow = (within ? exchanges.answerAt(offset) : exchanges.current) ?? exchanges.opaque(at)
      const frame = ownFrame(this.#context, flow, edit, at)
      if (direction === 's2c') flow.madeUp(rule, frame, at)
    } else if (direction === 's2c') {
      const flow = exchanges.answeredByFault(this.#replies.get(rule), outstanding) ?? exchanges.opaque(at)
      flow.answeredByFault(rule, ownFrame(this.#context, flow, edit, at), at)
    } else this.#request(edit, at, outstanding)
  }

  #request(edit: PackedEdit, at: number, outstanding: Outstanding): void {
    const flow = new Flow(this.#context, this.#connection, 'http', at)
    const [verb = '', target = ''] = Buffer.from(edit.bytes.subarray(0, 2000)).toString('latin1').split(' ', 2)
    outstanding.exchanges.push({ method: verb, upgrade: false })
    this.#exchanges.asked(flow)
    this.#exchanges.askedWhole()
    ownFrame(this.#context, flow, edit, at)
    Object.assign(flow.row, { verb, target })
  }

  /** An answer of ours where the server gave none: a frame without bytes received, which carries the edits. */
  answered(edits: readonly PackedEdit[], at: number, { outstanding, answered: offset }: MadeUpPlace): void {
    const [first] = edits
    if (first === undefined) return
    const label = Buffer.from(first.bytes).toString('latin1').split('\r\n', 1)[0]!.slice(0, 200)
    const { oldest } = this.#exchanges
    const flow = oldest ?? this.#exchanges.opaque(at)
    const instants = { receivedAt: at, receivedLastAt: at, sentAt: at, sentLastAt: at }
    const span: FrameSpan = { ...emptySpan(), ...instants, kind: 'head', offset }
    const frame = flow.frame('s2c', span, label)
    frame.edits = this.#context.edits.intern(
      edits.map(({ bytes, rule }) => ({ offset: 0, length: null, removed: NOTHING, bytes, rule })),
    )
    if (oldest !== undefined && isFaultRule(first.rule)) {
      this.#exchanges.answeredByFault(oldest.begins ?? undefined, outstanding)
      return oldest.answeredByFault(first.rule, frame, at)
    }
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(label)
    if (status === null) return
    flow.row.status = Number(status[1])
    flow.row.respondedAt = at
  }
}
