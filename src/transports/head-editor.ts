/**
 * Edits fields of HTTP heads while they pass. Holds back at most one unfinished field line, and only while its name may
 * still be one that is edited; everything else leaves at once, but for messages somebody has asked to keep until it is known
 * what is to be edited in their body.
 */
import { createHttp1Splitter, type Http1Head, type Http1Listener, type Http1Splitter } from '../wire/http1.ts'
import { createWebSocketBorders, type WebSocketBorders } from '../wire/websocket-borders.ts'
import type { Likeness } from '../pipe/likeness.ts'
import type { Outlet } from '../pipe/pipe.ts'
import type { Standing } from '../pipe/policy.ts'
import { BodyPlace } from './body-place.ts'
import { endOfLine } from './field-line.ts'
import { CONTENT_LENGTH, EditedLines } from './edited-lines.ts'
import { untold, type HeadEditorOptions } from './head-editor-options.ts'
import { Insertions, type InsertionPlace } from './insertions.ts'
import type { KeptMessage } from './kept-message.ts'
import { Outgoing } from './outgoing.ts'
import { RepeatedHead } from './repeated-head.ts'
import { standingAt } from './standing.ts'

const CR = 13
const NOTHING = new Uint8Array(0)
/** A line longer than this is let go unedited. */
const LINE_BYTES = 16 * 1024
/** The same for a start line: targets may be long. */
const START_BYTES = 256 * 1024
/** A message that is kept is let go when it grows beyond this. */
const KEPT_BYTES = 64 * 1024

/** The outlet of one direction. */
export class HeadEditor implements Outlet, Http1Listener {
  readonly #options: HeadEditorOptions
  readonly #splitter: Http1Splitter
  readonly #lines: EditedLines
  readonly #out = new Outgoing()
  /** The head that is passing has begun. */
  #inHead = false
  #chunk: Uint8Array = NOTHING
  #headEnd = 0
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
  readonly #body = new BodyPlace()
  #insertions: Insertions | undefined
  /** Index in the current chunk behind the last span. */
  #at = 0
  /** That span was of a body, and meant something. */
  #inPayload = false
  /** Head of the message that passed last, or is passing. */
  #repeated: RepeatedHead | undefined

  constructor(options: HeadEditorOptions) {
    this.#options = options
    this.#splitter = createHttp1Splitter(options.side, options.outstanding, this)
    this.#socket = createWebSocketBorders(options.outstanding)
    this.#lines = new EditedLines(options.table)
  }

  get border(): boolean {
    return this.#splitter.state === 'boundary' || this.#socket.border
  }

  get held(): number {
    return this.#out.silent ? Number.POSITIVE_INFINITY : (this.#out.kept?.received ?? this.#held.length)
  }

  write(bytes: Uint8Array, offset: number, like?: Likeness): void {
    const alone = like !== undefined && this.#isIdle
    if (alone && this.#repeated?.passes(bytes, offset, like, this.#splitter) === true) {
      this.#at = bytes.length
      return
    }
    this.#repeated = alone ? new RepeatedHead(like, this.#options) : undefined
    this.#out.begin()
    this.#offset = offset
    this.#chunk = bytes
    this.#splitter.push(bytes)
    this.#out.copy(bytes, bytes.length)
    if (this.#out.kept !== undefined) this.#look(this.#out.kept, bytes)
    this.#insertions?.here(bytes.length)
    this.#body.head?.keep()
    this.#chunk = NOTHING
    this.#offset = -1
    this.#send()
    if (this.#held.length > 0 || (this.#out.kept !== undefined && this.#out.kept.decide === undefined)) {
      this.#cancel ??= this.#options.holdTime(() => this.#timeUp())
    } else if (this.#cancel !== undefined) this.#stopWaiting()
  }

  /** Nothing of a message has come that is not over, and nothing waits. */
  get #isIdle(): boolean {
    if (this.#held.length > 0 || this.#cancel !== undefined || this.#out.kept !== undefined || this.#out.silent)
      return false
    return this.#insertions?.waiting !== true && this.#splitter.state === 'boundary'
  }

  flush(): void {
    this.#splitter.end()
    this.#letGo()
    this.#insertions?.drop('answer', 'message', 'part')
  }

  silence(): void {
    this.#out.silent = true
  }

  insert(bytes: Uint8Array, rule: string): void {
    ;(this.#insertions ??= new Insertions(this.#place())).add(bytes, rule)
    this.settled()
  }

  /** Some of what was asked will get no answer. */
  settled(): void {
    this.#insertions?.here(0)
    this.#send()
  }

  /** Where this direction stands, for whoever wants to go on from here. */
  standing(): Standing {
    return standingAt(this.#place())
  }

  /** What is kept may be enough by now, or too much. */
  #look(kept: KeptMessage, bytes: Uint8Array): void {
    if (this.#offset >= 0) kept.received += bytes.length - this.#out.keptFrom
    if (kept.decide !== undefined) this.#out.decide(kept.decide, false, this.#options)
    if (this.#out.kept !== kept || kept.received <= KEPT_BYTES) return
    this.#options.bodies?.unedited('too large')
    this.#out.release()
  }

  /** Of a byte of the current chunk; bytes of ours have none. */
  #address(index: number): number {
    return this.#offset < 0 ? Number.NEGATIVE_INFINITY : this.#offset + index
  }

  #timeUp(): void {
    if (this.#out.kept !== undefined) this.#options.bodies?.unedited('incomplete')
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
    this.#out.release()
    if (this.#held.length > 0) {
      this.#out.put(this.#held)
      this.#held = NOTHING
      this.#passing = true
    }
    this.#send()
  }

  headSpan(chunk: Uint8Array, from: number, to: number): void {
    if (!this.#inHead) {
      this.#inHead = true
      this.#out.copy(chunk, from)
      if (this.#options.bodies?.keeps() === true) this.#out.keep()
    }
    this.#headEnd = to
    let at = from
    while (at < to) {
      const end = endOfLine(chunk, at, to)
      if (end < 0) return this.#unfinished(chunk, at, to)
      this.#finished(chunk, at, end + 1)
      at = end + 1
    }
  }

  head(head: Http1Head): void {
    this.#at = this.#headEnd
    if (head.framing !== 'none' && head.framing !== 'tunnel') this.#body.begin(head)
    this.#line = 0
    this.#passing = false
    this.#filled = false
    this.#inHead = false
    this.#options.head?.(head)
    const decide = this.#options.bodies?.decision(head)
    if (this.#out.kept !== undefined || decide !== undefined || this.#repeated?.read(head) === false)
      this.#repeated = undefined
    if (this.#out.kept === undefined && decide === undefined) return
    this.#out.copy(this.#chunk, this.#headEnd)
    const streams = head.framing === 'chunked' || head.framing === 'until-close'
    if (decide === undefined || streams || head.framing === 'none') this.#out.release()
    if (decide === undefined || head.framing === 'none') return
    if (streams) this.#out.keep(decide)
    else if (this.#out.kept === undefined) this.#options.bodies?.unedited('its head had left')
    else this.#out.kept.decide = decide
  }

  payload(chunk: Uint8Array, from: number, to: number): void {
    if (this.#insertions?.waiting === true) this.#insertions.payload(chunk, from, to)
    else this.#body.passed(chunk, from, to)
    this.#at = to
    this.#inPayload = true
    if (this.#out.kept === undefined) return
    this.#out.copy(chunk, from)
    this.#out.kept.body(chunk.subarray(from, to), this.#address(from))
    this.#out.cursor = to
  }

  framing(chunk: Uint8Array, from: number, to: number): void {
    if (this.#inPayload && this.#insertions?.waiting === true) this.#insertions.framing(chunk, from, to)
    this.#at = to
    this.#inPayload = false
    if (this.#out.kept === undefined) return
    this.#out.copy(chunk, from)
    this.#out.kept.framing(chunk.subarray(from, to), this.#address(from))
    this.#out.cursor = to
  }

  messageEnd(): void {
    if (this.#out.kept?.decide !== undefined) this.#out.decide(this.#out.kept.decide, true, this.#options)
    this.#out.release()
    this.#body.over()
    this.#inPayload = false
    this.#insertions?.messageEnd(this.#at)
  }

  opaque(chunk: Uint8Array, from: number, to: number): void {
    this.#options.opaque?.()
    if (this.#insertions?.waiting === true) this.#insertions.opaque(chunk, from, to)
    else this.#socket.push(chunk, from, to)
    if (this.#out.kept === undefined && this.#held.length === 0) return
    this.#out.copy(chunk, from)
    if (this.#held.length > 0) this.#out.put(this.#held)
    this.#held = NOTHING
    this.#out.release()
  }

  #place(): InsertionPlace {
    return {
      options: this.#options,
      splitter: this.#splitter,
      body: this.#body,
      socket: this.#socket,
      out: this.#out,
      put: (at, bytes, rule, requests) => {
        this.#out.copy(this.#chunk, at)
        const out = requests ? this.#asRequests(bytes) : bytes
        this.#out.put(out)
        const address = this.#offset < 0 ? (this.#options.given?.() ?? 0) : this.#offset + at
        this.#options.edited(address, 0, out, rule)
      },
    }
  }

  /** As they leave when the client sends them. */
  #asRequests(bytes: Uint8Array): Uint8Array {
    this.#repeated = undefined
    let out: Uint8Array = NOTHING
    const write = (some: Uint8Array): void => void (out = Buffer.concat([out, some]))
    const like = new HeadEditor(untold(this.#options, write))
    like.write(bytes, -1)
    like.flush()
    return out
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
    // the start line is wanted whole
    const start = this.#filled && this.#lines.starts && part.length <= START_BYTES
    if (this.#line > 0 ? part.length <= LINE_BYTES && this.#lines.mayBe(part, this.#out.kept !== undefined) : start) {
      this.#out.copy(chunk, from)
      this.#held = this.#held.length === 0 ? Uint8Array.prototype.slice.call(part) : part
      this.#out.cursor = to
      return
    }
    if (this.#held.length > 0) {
      this.#out.copy(chunk, from)
      this.#out.put(this.#held)
      this.#held = NOTHING
    }
    this.#passing = true
  }

  #edit(chunk: Uint8Array, from: number, to: number, first: boolean): void {
    const held = this.#held
    const kept = this.#out.kept
    if (held.length === 0 && this.#lines.passes(chunk[from]!, first, kept !== undefined)) return
    const line = held.length === 0 ? chunk.subarray(from, to) : Buffer.concat([held, chunk.subarray(from, to)])
    const name = first ? undefined : this.#lines.nameOf(line, kept !== undefined)
    // what answers are edited by is the name the client used last
    if (name !== undefined && this.#options.side === 'response') this.#repeated = undefined
    if (name === CONTENT_LENGTH && kept !== undefined) return this.#keepLength(kept, line, chunk, from, to)
    const edit = first ? this.#lines.start(line) : this.#lines.edit(name, line)
    if (held.length === 0) {
      if (edit !== null)
        this.#replace(chunk, from + edit.from, from + edit.to, edit.bytes, edit.rule, edit.secret === true)
      return
    }
    this.#out.copy(chunk, from)
    this.#held = NOTHING
    this.#out.cursor = to
    if (edit === null) return this.#out.put(line)
    const start = this.#offset + from - held.length
    this.#tell(start + edit.from, edit.to - edit.from, edit.bytes, edit.rule, edit.secret === true)
    this.#out.put(line.subarray(0, edit.from))
    this.#out.put(edit.bytes)
    this.#out.put(line.subarray(edit.to))
  }

  /** The digits wait apart from the rest of their line: an edit of the body changes them. */
  #keepLength(kept: KeptMessage, line: Uint8Array, chunk: Uint8Array, from: number, to: number): void {
    this.#out.copy(chunk, from)
    kept.lengthLine(line, this.#address(from) - this.#held.length)
    this.#held = NOTHING
    this.#out.cursor = to
  }

  #replace(chunk: Uint8Array, from: number, to: number, bytes: Uint8Array, rule: string, secret: boolean): void {
    this.#out.copy(chunk, from)
    this.#out.put(bytes)
    this.#out.cursor = to
    this.#repeated?.edits.push({ from, to, bytes, rule, secret })
    this.#tell(this.#offset + from, to - from, bytes, rule, secret)
  }

  #tell(offset: number, removed: number, bytes: Uint8Array, rule: string, secret: boolean): void {
    if (this.#offset >= 0) this.#options.edited(offset, removed, secret ? NOTHING : bytes, rule)
  }

  #send(): void {
    const bytes = this.#out.take()
    if (bytes !== undefined) this.#options.write(bytes)
  }
}
