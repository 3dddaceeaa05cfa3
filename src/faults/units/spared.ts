/** Messages that no rule can match, told by their likeness to one before: they go on without being understood. */
import type { Http1Head, Outstanding } from '../../wire/http1.ts'
import type { Likeness } from '../../pipe/likeness.ts'
import type { SubjectMessage } from '../../filter/subject.ts'
import { AlikeHead } from './alike-head.ts'
import type { HeadFacts } from './head-facts.ts'
import type { Asked, ConnectionTalk, KnownSession } from './talk.ts'
import type { UnitEvents } from './unit-events.ts'
import type { Indifference } from './watch-types.ts'
import { wholeChunks } from './whole-chunks.ts'
import { wordsIn } from './words-in.ts'

/** What a message of the client must not say, whatever the rules: who it is, and what answers a request of the server. */
const TELLING = ['"initialize"', '"io.modelcontextprotocol/', '"result"', '"error"']
/** Heads remembered in each direction. */
const REMEMBERED = 4
/** When so many could not be learnt, it is given up until the rules change. */
const MAX_REFUSED = 16

/** Requests beyond it get memory of their own. */
const SCRATCH_BYTES = 4 * 1024

interface Alike {
  readonly head: AlikeHead
  readonly session: KnownSession | null
  /** The request it was, or answered. */
  readonly asked: Asked
  /** It was heard what that said. */
  readonly isHeard: boolean
  /** Of an event stream. */
  readonly stream: boolean
}

/** An answer of which all that came so far was spared, up to the border between two events. */
interface Open {
  readonly alike: Alike
  readonly by: Indifference
}

/** A message that is complete, and was not spared. */
export interface Understood {
  readonly head: Http1Head
  readonly facts: HeadFacts
  readonly asked: Asked
  /** It was heard what it says. */
  readonly isHeard: boolean
  readonly events: UnitEvents
}

/** One direction. */
export interface SparedSide {
  learn(message: Understood): void
  /** Whether these bytes, which begin at a border, are a message, or whole events of one, that may go on without being understood; these then count as having passed. Of a message: what it is like. */
  takes(bytes: Uint8Array, at: number): Likeness | boolean
}

export interface SparedOptions {
  readonly talk: ConnectionTalk
  /** Requests the server owes an answer to. */
  readonly due: Outstanding
  heardLate(exchange: number, messages: readonly SubjectMessage[]): void
  /** What leaves next towards the server begins a request. */
  atBorder(): boolean
  /** What rules do not care about; the same object as long as they are the same. Null: they care about everything. */
  indifference(): Indifference | null
}

export class Spared {
  readonly request: SparedSide = {
    learn: (message) => this.#learnRequest(message),
    takes: (bytes, at) => this.#takesRequest(bytes, at),
  }
  readonly response: SparedSide = {
    learn: (message) => this.#learnAnswer(message),
    takes: (bytes) => this.#takesAnswer(bytes),
  }
  readonly #options: SparedOptions
  #by: Indifference | null = null
  #requests: readonly Alike[] = []
  #answers: readonly Alike[] = []
  /** Heads that could not be learnt. */
  #refused = 0
  #open: Open | null = null
  #tells = wordsIn([])
  #scratch: Uint8Array = new Uint8Array(0)
  readonly #asks = wordsIn(['"method"'])

  constructor(options: SparedOptions) {
    this.#options = options
  }

  /** The head of an answer whose rest is not spared, though it was. */
  missed(): Uint8Array | null {
    const head = this.#open?.alike.head.raw ?? null
    this.#open = null
    return head
  }

  /** What was asked is heard after all: the answer is to be understood. */
  late(asked: Asked, at: number): void {
    this.#options.heardLate(asked.number, this.#options.talk.late(asked, at))
  }

  #learnRequest(message: Understood): void {
    const { head, facts, asked } = message
    if (
      head.method !== 'POST' ||
      head.framing !== 'length' ||
      asked.head !== head ||
      facts.coded ||
      facts.waits ||
      asked.upgrade
    )
      return
    this.#requests = this.#learnt(this.#requests, message)
  }

  /** Of requests that were spared. */
  #learnAnswer(message: Understood): void {
    const { head, facts, asked } = message
    if (asked.spared === undefined || head.status !== 200 || facts.coded) return
    this.#answers = this.#learnt(this.#answers, message)
  }

  #learnt(known: readonly Alike[], { head, facts, asked, isHeard, events }: Understood): readonly Alike[] {
    const by = this.#refreshed()
    const { talk } = this.#options
    const session = talk.known(asked)
    if (by === null || session === undefined || this.#refused > MAX_REFUSED) return known
    const others = known.filter((alike) => talk.isStill(alike.session))
    if (others.some((alike) => alike.head.isLike(head.raw))) return others
    const { stream } = facts
    const could = by.couldHold(events.subject({ kind: 'body', size: 0, asked, head, stream }), session !== null)
    const alike = could ? null : AlikeHead.of(head)
    if (alike === null) this.#refused++
    return alike === null
      ? others
      : [{ head: alike, session, asked, isHeard, stream }, ...others.slice(0, REMEMBERED - 1)]
  }

  /** The server then owes the answer. */
  #takesRequest(bytes: Uint8Array, at: number): Likeness | boolean {
    const by = this.#refreshed()
    const { talk, due, atBorder } = this.#options
    if (by === null || this.#requests.length === 0 || !atBorder() || by.busy()) return false
    for (const { head, session, asked, isHeard } of this.#requests) {
      if (!head.fits(bytes)) continue
      if (!talk.isStill(session) || this.#tells(bytes, head.size)) return false
      const kept = isHeard ? this.#kept(bytes) : null
      const unheard = { like: asked, at, bytes: kept, from: head.size, to: bytes.length }
      due.exchanges.push(talk.again(asked, session, unheard))
      return head
    }
    return false
  }

  /** It is no longer owed then, once it is over. */
  #takesAnswer(bytes: Uint8Array): Likeness | boolean {
    const by = this.#refreshed()
    if (this.#open !== null) return this.#open.by === by && this.#takesMore(bytes, 0, this.#open.alike, by)
    if (by === null || this.#answers.length === 0) return false
    if ((this.#options.due.exchanges[0] as Asked | undefined)?.spared !== true) return false
    for (const alike of this.#answers) {
      if (!alike.head.fits(bytes)) continue
      return this.#takesMore(bytes, alike.head.size, alike, by) && (this.#open !== null || alike.head)
    }
    return false
  }

  #takesMore(bytes: Uint8Array, from: number, alike: Alike, by: Indifference): boolean {
    const { talk, due } = this.#options
    if (by.busy() || !talk.isStill(alike.session)) return false
    const end = alike.head.chunked ? wholeChunks(bytes, from, alike.stream) : 'over'
    if (end === null || this.#asks(bytes, from)) return false
    if (end === 'over') due.exchanges.shift()
    this.#open = end === 'over' ? null : { alike, by }
    return true
  }

  /** A copy: in memory that is used again where no other request waits for its answer. */
  #kept(bytes: Uint8Array): Uint8Array {
    if (this.#options.due.exchanges.length > 0 || bytes.length > SCRATCH_BYTES)
      return Uint8Array.prototype.slice.call(bytes)
    if (this.#scratch.length < bytes.length) this.#scratch = Buffer.allocUnsafeSlow(2 * bytes.length)
    this.#scratch.set(bytes)
    return this.#scratch
  }

  #refreshed(): Indifference | null {
    const by = this.#options.indifference()
    if (by !== this.#by) {
      this.#by = by
      this.#requests = []
      this.#answers = []
      this.#refused = 0
      this.#tells = wordsIn([...TELLING, ...(by?.words ?? [])])
    }
    return by
  }
}
