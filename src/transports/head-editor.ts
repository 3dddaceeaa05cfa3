/**
 * Edits fields of HTTP heads while they pass. Holds back at most one unfinished field line, and only while its name may
 * still be one that is edited; everything else leaves at once, but for messages somebody has asked to keep until it is known
 * what is to be edited in their body.
 */
import type { Http1Head, Http1Listener, Http1Splitter, Outstanding } from '../wire/http1.ts'
import { createHttp1Splitter } from '../wire/http1.ts'
import { createWebSocketBorders, type WebSocketBorders } from '../wire/websocket-borders.ts'
import type { Outlet } from '../pipe/pipe.ts'
import type { BodyDecision } from './body-edits.ts'
import type { BodyWatch, EditTable, LineEdit } from './edit-table.ts'
import { nameOf, startOf, valueOf } from './field-line.ts'
import { KeptMessage } from './kept-message.ts'

export type { BodyWatch, EditTable, LineEdit } from './edit-table.ts'

export interface HeadEditorOptions {
  readonly side: 'request' | 'response'
  readonly outstanding: Outstanding
  readonly table: EditTable
  /** Where the bytes go. */
  readonly write: (bytes: Uint8Array) => void
  /** An edit was made at this address; `removed` bytes gave way to `bytes`. */
  readonly edited: (offset: number, removed: number, bytes: Uint8Array, rule: string, was?: Uint8Array) => void
  /** Calls back when a held line has waited long enough; gives a function that cancels. */
  readonly holdTime: (then: () => void) => () => void
  /** A held line was let go without its end. */
  readonly released: () => void
  /** A head is complete. */
  readonly head?: (head: Http1Head) => void
  readonly bodies?: BodyWatch
  /** What passes is no HTTP (any more). */
  readonly opaque?: () => void
}

const LF = 10
const CR = 13
const COLON = 58
const NOTHING = new Uint8Array(0)
/** A line longer than this is let go unedited. */
const LINE_BYTES = 16 * 1024
/** The same for a start line: targets may be long. */
const START_BYTES = 256 * 1024
/** A message that is kept is let go when it grows beyond this. */
const KEPT_BYTES = 64 * 1024
const CONTENT_LENGTH = 'content-length'

/** The outlet of one direction. */
export class HeadEditor implements Outlet, Http1Listener {
  readonly #options: HeadEditorOptions
  readonly #splitter: Http1Splitter
  /** Names of fields that are looked at in a message that is kept. */
  readonly #keptNames: readonly string[]
  #pieces: Uint8Array[] = []
  #kept: KeptMessage | undefined
  /** Index in the current chunk from which on bytes are kept. */
  #keptFrom = 0
  /** The head that is passing has begun. */
  #inHead = false
  #chunk: Uint8Array = NOTHING
  #headEnd = 0
  /** Index in the current chunk up to which bytes are in `#pieces` or held. */
  #cursor = 0
  #offset = 0
  /** Start of an unfinished field line whose name may be an edited one. */
  #held: Uint8Array = NOTHING
  /** In the middle of a line that has been let go. */
  #passing = false
  #cancel: (() => void) | undefined
  /** Lines of this head seen so far; empty ones before its start line do not count. */
  #line = 0
  /** The current line has more than its end. */
  #filled = false
  readonly #socket: WebSocketBorders

  constructor(options: HeadEditorOptions) {
    this.#options = options
    this.#splitter = createHttp1Splitter(options.side, options.outstanding, this)
    this.#socket = createWebSocketBorders(options.outstanding)
    this.#keptNames = [...options.table.names, CONTENT_LENGTH]
  }

  get border(): boolean {
    return this.#splitter.state === 'boundary' || this.#socket.border
  }

  get held(): number {
    return this.#kept?.received ?? this.#held.length
  }

  write(bytes: Uint8Array, offset: number): void {
    this.#cursor = 0
    this.#keptFrom = 0
    this.#offset = offset
    this.#splitter.push(bytes)
    this.#copy(bytes, bytes.length)
    if (this.#kept !== undefined) this.#look(this.#kept, bytes)
    this.#send(bytes)
    if (this.#held.length > 0 || this.#waitsForHead) {
      this.#cancel ??= this.#options.holdTime(() => this.#timeUp())
    } else if (this.#cancel !== undefined) this.#stopWaiting()
  }

  flush(): void {
    this.#splitter.end()
    this.#letGo()
  }

  /** What is kept may be enough by now, or too much. */
  #look(kept: KeptMessage, bytes: Uint8Array): void {
    if (this.#offset >= 0) kept.received += bytes.length - this.#keptFrom
    if (kept.decide !== undefined) this.#decide(kept, kept.decide, false)
    if (this.#kept !== kept || kept.received <= KEPT_BYTES) return
    this.#options.bodies?.unedited('too large')
    this.#release()
  }

  /** Lets the message go, edited or not, once it is known which. */
  #decide(kept: KeptMessage, decide: BodyDecision, whole: boolean): void {
    const verdict = decide(kept.payload, whole)
    if (verdict.kind === 'more') {
      if (verdict.passed === 0 || verdict.passed < kept.payload.length || !kept.apart) return
      this.#release()
      return this.#keep(decide)
    }
    if (verdict.unedited !== undefined) this.#options.bodies?.unedited(verdict.unedited)
    const told = verdict.edit === null ? [] : kept.edit(verdict.edit)
    if (told === undefined) this.#options.bodies?.unedited('a length that is no number')
    for (const { offset, was, bytes, rule } of told ?? [])
      if (offset >= 0) this.#options.edited(offset, was.length, bytes, rule, was)
    this.#release()
  }

  /** Keeps what comes from the cursor on. */
  #keep(decide?: BodyDecision): void {
    this.#kept = new KeptMessage(decide)
    this.#keptFrom = this.#cursor
  }

  #release(): void {
    const kept = this.#kept
    if (kept === undefined) return
    this.#kept = undefined
    this.#pieces.push(...kept.take())
  }

  get #names(): readonly string[] {
    return this.#kept === undefined ? this.#options.table.names : this.#keptNames
  }

  get #waitsForHead(): boolean {
    return this.#kept !== undefined && this.#kept.decide === undefined
  }

  /** Of a byte of the current chunk; bytes of ours have none. */
  #address(index: number): number {
    return this.#offset < 0 ? Number.NEGATIVE_INFINITY : this.#offset + index
  }

  #put(bytes: Uint8Array): void {
    if (this.#kept === undefined) this.#pieces.push(bytes)
    else this.#kept.other(bytes)
  }

  #timeUp(): void {
    if (this.#kept !== undefined) this.#options.bodies?.unedited('incomplete')
    this.#letGo()
    this.#options.released()
  }

  #stopWaiting(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  /** Sends what is held or kept, unedited. */
  #letGo(): void {
    this.#stopWaiting()
    this.#release()
    if (this.#held.length > 0) {
      this.#pieces.push(this.#held)
      this.#held = NOTHING
      this.#passing = true
    }
    this.#send(NOTHING)
  }

  headSpan(chunk: Uint8Array, from: number, to: number): void {
    if (!this.#inHead) {
      this.#inHead = true
      this.#copy(chunk, from)
      if (this.#options.bodies?.keeps() === true) this.#keep()
    }
    this.#chunk = chunk
    this.#headEnd = to
    let at = from
    while (at < to) {
      const end = chunk.indexOf(LF, at)
      if (end < 0 || end >= to) return this.#unfinished(chunk, at, to)
      this.#finished(chunk, at, end + 1)
      at = end + 1
    }
  }

  head(head: Http1Head): void {
    this.#line = 0
    this.#passing = false
    this.#filled = false
    this.#inHead = false
    this.#options.head?.(head)
    const decide = this.#options.bodies?.decision(head)
    if (this.#kept === undefined && decide === undefined) return
    this.#copy(this.#chunk, this.#headEnd)
    const streams = head.framing === 'chunked' || head.framing === 'until-close'
    if (decide === undefined || streams || head.framing === 'none') this.#release()
    if (decide === undefined || head.framing === 'none') return
    if (streams) this.#keep(decide)
    else if (this.#kept === undefined) this.#options.bodies?.unedited('its head had left')
    else this.#kept.decide = decide
  }

  payload(chunk: Uint8Array, from: number, to: number): void {
    if (this.#kept === undefined) return
    this.#copy(chunk, from)
    this.#kept.body(chunk.subarray(from, to), this.#address(from))
    this.#cursor = to
  }

  framing(chunk: Uint8Array, from: number, to: number): void {
    if (this.#kept === undefined) return
    this.#copy(chunk, from)
    this.#kept.framing(chunk.subarray(from, to), this.#address(from))
    this.#cursor = to
  }

  messageEnd(): void {
    if (this.#kept?.decide !== undefined) this.#decide(this.#kept, this.#kept.decide, true)
    this.#release()
  }

  opaque(chunk: Uint8Array, from: number, to: number): void {
    this.#options.opaque?.()
    this.#socket.push(chunk, from, to)
    if (this.#kept === undefined && this.#held.length === 0) return
    this.#copy(chunk, from)
    if (this.#held.length > 0) this.#put(this.#held)
    this.#held = NOTHING
    this.#release()
  }

  #finished(chunk: Uint8Array, from: number, to: number): void {
    this.#filled ||= to - from > 2 || (to - from === 2 && chunk[from] !== CR)
    const first = this.#line === 0 && this.#filled
    this.#filled = false
    if (this.#passing) this.#passing = false
    else if (first || this.#line > 0) this.#edit(chunk, from, to, first)
    if (first || this.#line > 0) this.#line++
    if (first)
      for (const { bytes, rule, secret } of this.#options.table.insert)
        this.#replace(chunk, to, to, bytes, rule, secret)
  }

  #unfinished(chunk: Uint8Array, from: number, to: number): void {
    this.#filled ||= to - from > 1 || chunk[from] !== CR
    if (this.#passing) return
    const part =
      this.#held.length === 0 ? chunk.subarray(from, to) : Buffer.concat([this.#held, chunk.subarray(from, to)])
    if (this.#line > 0 ? part.length <= LINE_BYTES && this.#mayBeEdited(part) : this.#isStart(part)) {
      this.#copy(chunk, from)
      this.#held = this.#held.length === 0 ? Uint8Array.prototype.slice.call(part) : part
      this.#cursor = to
      return
    }
    if (this.#held.length > 0) {
      this.#copy(chunk, from)
      this.#put(this.#held)
      this.#held = NOTHING
    }
    this.#passing = true
  }

  /** The start line is wanted whole. */
  #isStart(part: Uint8Array): boolean {
    return this.#filled && this.#options.table.start !== undefined && part.length <= START_BYTES
  }

  #edit(chunk: Uint8Array, from: number, to: number, first: boolean): void {
    const held = this.#held
    const line = held.length === 0 ? chunk.subarray(from, to) : Buffer.concat([held, chunk.subarray(from, to)])
    const name = first ? undefined : nameOf(line, this.#names)
    if (name === CONTENT_LENGTH && this.#kept !== undefined) return this.#keepLength(this.#kept, line, chunk, from, to)
    const edit = first ? (this.#options.table.start?.(line) ?? null) : this.#editOf(name, line)
    if (held.length === 0) {
      if (edit !== null)
        this.#replace(chunk, from + edit.from, from + edit.to, edit.bytes, edit.rule, edit.secret === true)
      return
    }
    this.#copy(chunk, from)
    this.#held = NOTHING
    this.#cursor = to
    if (edit === null) return this.#put(line)
    const start = this.#offset + from - held.length
    this.#tell(start + edit.from, edit.to - edit.from, edit.bytes, edit.rule, edit.secret === true)
    this.#put(line.subarray(0, edit.from))
    this.#put(edit.bytes)
    this.#put(line.subarray(edit.to))
  }

  /** The digits wait apart from the rest of their line: an edit of the body changes them. */
  #keepLength(kept: KeptMessage, line: Uint8Array, chunk: Uint8Array, from: number, to: number): void {
    const start = this.#address(from) - this.#held.length
    const { from: first, to: last } = valueOf(line)
    this.#copy(chunk, from)
    kept.other(line.subarray(0, first))
    kept.length(line.subarray(first, last), start + first)
    kept.other(line.subarray(last))
    this.#held = NOTHING
    this.#cursor = to
  }

  #editOf(name: string | undefined, line: Uint8Array): LineEdit | null {
    return name === undefined ? null : this.#options.table.line(name, line)
  }

  #replace(chunk: Uint8Array, from: number, to: number, bytes: Uint8Array, rule: string, secret: boolean): void {
    this.#copy(chunk, from)
    this.#put(bytes)
    this.#cursor = to
    this.#tell(this.#offset + from, to - from, bytes, rule, secret)
  }

  #tell(offset: number, removed: number, bytes: Uint8Array, rule: string, secret: boolean): void {
    if (this.#offset >= 0) this.#options.edited(offset, removed, secret ? NOTHING : bytes, rule)
  }

  #copy(chunk: Uint8Array, to: number): void {
    if (to > this.#cursor)
      this.#put(this.#cursor === 0 && to === chunk.length ? chunk : chunk.subarray(this.#cursor, to))
    this.#cursor = Math.max(this.#cursor, to)
  }

  #send(chunk: Uint8Array): void {
    const pieces = this.#pieces
    if (pieces.length === 0) return
    this.#pieces = []
    this.#options.write(pieces.length === 1 ? (pieces[0] ?? chunk) : Buffer.concat(pieces))
  }

  /** True while the line's name is, or may become, one that is edited. */
  #mayBeEdited(part: Uint8Array): boolean {
    const colon = part.indexOf(COLON)
    const name = startOf(part, colon < 0 ? part.length : colon).toLowerCase()
    return this.#names.some((known) => (colon < 0 ? known.startsWith(name) : known === name.trimEnd()))
  }
}
