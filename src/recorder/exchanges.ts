import type { ConnectionRecord, FlowRecord } from '../store/records.ts'
import type { EndingBy } from '../wire/ending.ts'
import type { Direction } from '../wire/frame.ts'
import type { Outstanding } from '../wire/http1.ts'
import type { RecordingContext } from './context.ts'
import { Flow } from './flow.ts'
import type { RecordedExchange } from './sessions.ts'

const CLEAN = {
  c2s: '{"how":"clean","by":"client","at":"boundary"}',
  s2c: '{"how":"clean","by":"server","at":"boundary"}',
}

/** Answers remembered that may still be on their way out. */
const ANSWERED = 8

interface Answered {
  readonly flow: Flow
  readonly begins: number
}

/** The flows that are open on a connection, and to which of them belongs what comes. */
export class Exchanges {
  readonly #context: RecordingContext
  readonly #connection: ConnectionRecord
  /** Requests without a final response, oldest first. */
  #waiting: Flow[] = []
  #asking: Flow | null = null
  #answering: Flow | null = null
  /** A fault has ended it, and more may come of it. */
  #cut: Flow | null = null
  /** What the connection was switched to. */
  #tunnel: Flow | null = null
  /** What belongs to no exchange. */
  #opaque: Flow | null = null
  /** Those answered last, oldest first, and where their answers begin. */
  #answered: Answered[] | null = null
  /** Bytes were lost of them: how they ended is not known. */
  #lost: Flow[] = []

  constructor(context: RecordingContext, connection: ConnectionRecord) {
    this.#context = context
    this.#connection = connection
  }

  /** Nothing is asked, due or being answered. */
  get idle(): boolean {
    return this.#waiting.length === 0 && this.#answering === null && this.#asking === null
  }

  /** An answer, or the rest of one, has still to come. */
  get due(): boolean {
    return this.#waiting.length > 0 || this.#answering !== null
  }

  /** Those whose end is not known, oldest first. */
  get open(): readonly RecordedExchange[] {
    const flows = new Set([this.#tunnel, this.#answering, ...this.#waiting, this.#asking])
    return [...flows].flatMap((flow) => flow?.exchange ?? [])
  }

  /** The request that waits longest for its response. */
  get oldest(): Flow | undefined {
    return this.#waiting[0]
  }

  /** What is being answered, or is next to be. */
  get current(): Flow | null {
    return this.#answering ?? this.#waiting[0] ?? this.#tunnel
  }

  /** The request that came last, of those without a response. */
  get newest(): Flow | undefined {
    return this.#waiting.at(-1)
  }

  /**
   * The request that begins there, else the newest, has got its answer by a rule: none comes for it any more. Also taken out of
   * `outstanding`, which is in the same order.
   */
  answeredByFault(begins: number | undefined, outstanding: Outstanding): Flow | undefined {
    const flow = this.#waiting.find((each) => each.begins === begins) ?? this.newest
    return flow === undefined ? undefined : this.#out(flow, outstanding)
  }

  /** The request that begins there was taken out by a rule. */
  swallowed(begins: number, outstanding: Outstanding): Flow | undefined {
    const flow = this.#waiting.find((each) => each.begins === begins)
    return flow === undefined ? undefined : this.#out(flow, outstanding)
  }

  #out(flow: Flow, outstanding: Outstanding): Flow {
    const at = this.#waiting.indexOf(flow)
    outstanding.exchanges.splice(at, 1)
    this.#waiting.splice(at, 1)
    return flow
  }

  /** A request begins. */
  asked(flow: Flow): void {
    this.#waiting.push(flow)
    this.#asking = flow
  }

  /** The request is complete. */
  askedWhole(): void {
    const flow = this.#asking
    this.#asking = null
    if (flow === null) return
    flow.row.c2sEnding = CLEAN.c2s
    flow.changed()
  }

  /** The final response to the oldest request begins there. */
  answered(flow: Flow, begins: number): void {
    this.#waiting.shift()
    this.#answering = flow
    if (this.#answered === null) this.#answered = [{ flow, begins }]
    else if (this.#answered.push({ flow, begins }) > ANSWERED) this.#answered.shift()
  }

  /** The answer a place is in; answers may be over that have not left yet. */
  answerAt(offset: number): Flow | null {
    return this.#answered?.findLast(({ begins }) => begins < offset)?.flow ?? this.current
  }

  /** Of those answered last the one that this is the row of. */
  answeredOf(row: FlowRecord): Flow | undefined {
    return this.#answered?.find(({ flow }) => flow.row === row)?.flow
  }

  /** The response is complete, or as good as that where the connection ends with it: `json` and `by` say how. */
  answeredWhole(at: number, json = CLEAN.s2c, by: EndingBy | null = null): void {
    const flow = this.#answering
    this.#answering = null
    if (by === 'fault') this.#cut = flow
    flow?.over(json, by, at)
  }

  /** Behind its response head the connection is another: everything belongs to this flow from here on. */
  switched(flow: Flow): void {
    this.#tunnel = flow
    this.#answering = null
    flow.row.c2sEnding = null
  }

  /** What came `at` that instant belongs to it. */
  flowOf(direction: Direction, at: number): Flow {
    return this.#tunnel ?? (direction === 'c2s' ? this.#asking : (this.#answering ?? this.#cut)) ?? this.opaque(at)
  }

  /** For what belongs to no exchange. */
  opaque(at: number): Flow {
    return (this.#opaque ??= new Flow(this.#context, this.#connection, 'opaque', at))
  }

  clientEnded(json: string, at: number): void {
    for (const flow of [this.#asking, this.#tunnel, this.#opaque]) {
      if (flow === null || flow.row.c2sEnding !== null) continue
      flow.brokeOff('c2s', json, at)
      flow.row.c2sEnding = json
      if (flow.row.s2cEnding !== null) flow.row.endedAt = at
      flow.changed()
    }
  }

  serverEnded(json: string, at: number): void {
    for (const flow of [this.#tunnel, this.#opaque]) {
      if (flow === null || flow.row.s2cEnding !== null) continue
      flow.brokeOff('s2c', json, at)
      flow.row.s2cEnding = json
      if (flow.row.c2sEnding !== null) flow.row.endedAt = at
      flow.changed()
    }
  }

  /** Responses that will not come, or not whole. */
  breakOff(json: string, by: EndingBy, at: number): void {
    this.answeredWhole(at, json, by)
    for (const flow of this.#waiting.splice(0)) flow.over(json, by, at)
    for (const flow of this.#lost.splice(0)) flow.lost(at)
  }

  /** Bytes were lost: which answer belongs to which request is not known any more. */
  forget(): void {
    const open = [...this.#waiting, this.#asking, this.#answering].filter((flow) => flow !== null)
    this.#lost = [...new Set([...this.#lost, ...open])]
    this.#waiting = []
    this.#asking = this.#answering = null
  }
}
