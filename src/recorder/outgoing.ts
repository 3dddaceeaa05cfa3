import { isFaultRule } from '../store/fault-rules.ts'
import type { CallRecord, DecisionRecord, EditRecord, FlowRecord, FrameRecord } from '../store/records.ts'
import type { EndingPlace } from '../wire/ending.ts'
import type { RecordingContext } from './context.ts'
import { FRAME_KIND } from './kinds.ts'
import { headLength, keptOwn } from './own-bytes.ts'
import type { PackedEdit } from './packing.ts'
import type { RawStream } from './raw.ts'
import { lose, setOutcome } from './sessions.ts'

const NOTHING = new Uint8Array(0)
/** The end of one chunk and the size of the next, both with their line ends (RFC 9112 §7.1). */
const MOST_FRAMING = 20
/** Dropped frames remembered, as they may leave late. */
const REMEMBERED = 1000

/** Held up for so long, in µs, changes how long its calls took. */
const LATE = 1000

/** Where a frame is left in its middle. */
const MIDDLE: { readonly [kind: number]: EndingPlace } = {
  [FRAME_KIND.head]: 'mid-head',
  [FRAME_KIND.body]: 'mid-body',
  [FRAME_KIND.event]: 'mid-event',
}

/** Bytes a rule put in the place of others, or of none. */
type Change = Pick<PackedEdit, 'offset' | 'removed' | 'rule'> & { readonly bytes: Uint8Array }

/** Who is told of frames that do not leave. */
export interface OutgoingOwner {
  /** A rule took it out. */
  taken(frame: FrameRecord): void
}

/** Of thousands of directions hardly one has any. */
const NONE: readonly never[] = []

/** The frames of one direction on their way out: when they leave, and what of ours is in them. */
export class Outgoing {
  readonly #context: RecordingContext
  readonly #raw: RawStream
  readonly #owner: OutgoingOwner | null
  /** What left last is a head. */
  #behindHead = false
  /** Those whose frame has not come yet. */
  #edits: readonly PackedEdit[] = NONE
  /** Frames whose last byte has not left yet. */
  #unsent: FrameRecord[] = []
  /** Those about bytes whose frames have not all come yet. */
  #decisions: readonly DecisionRecord[] = NONE
  #changes: readonly Change[] = NONE
  /** Frames that were taken out, with the calls whose outcome that was. */
  #dropped: Map<FrameRecord, () => void> | null = null

  constructor(context: RecordingContext, raw: RawStream, owner: OutgoingOwner | null = null) {
    this.#context = context
    this.#raw = raw
    this.#owner = owner
  }

  /** A frame has not left, or not whole. */
  get waiting(): boolean {
    return this.#unsent.length > 0
  }

  /** Where the way out stands, when all of an exchange has come and not all of it has left. */
  get place(): EndingPlace {
    const [next] = this.#unsent
    if (next === undefined) return 'boundary'
    if (next.sentAt === null) return this.#behindHead ? 'after-headers' : 'boundary'
    return MIDDLE[next.kind] ?? 'boundary'
  }

  /** All bytes up to `upTo` have left. */
  sent(upTo: number, at: number): void {
    const waiting = this.#unsent
    let done = 0
    for (const frame of waiting) {
      if (firstOf(frame) >= upTo && frame.length > 0) break
      frame.sentAt ??= at
      this.#context.dirty.frame(frame)
      if (frame.offset + frame.length > upTo) break
      frame.sentLastAt = at
      if (at - frame.receivedLastAt >= LATE) this.#late(frame)
      this.#behindHead = frame.kind === FRAME_KIND.head
      done++
    }
    if (done > 0) waiting.splice(0, done)
  }

  /** How long its calls took is known only now. */
  #late({ messages }: FrameRecord): void {
    for (const { call } of messages) if (call !== null) this.#context.dirty.call(call)
  }

  edited(edit: PackedEdit): void {
    const { offset, removed, bytes, was, rule } = edit
    if (removed > 0 && spreads(rule)) return this.#changed({ offset, removed, rule, bytes: new Uint8Array(bytes) })
    const late = this.#unsent.find((frame) => offset >= frame.offset && offset < frame.offset + frame.length)
    if (late !== undefined) {
      late.edits = this.#context.edits.intern([...(late.edits?.edits ?? []), this.#editOf(edit, late)])
      return this.#context.dirty.frame(late)
    }
    const kept = { ...edit, bytes: new Uint8Array(bytes), was: was === null ? null : new Uint8Array(was) }
    this.#edits = [...this.#edits, kept]
  }

  /** Bytes that had been taken out leave after all, later: true where that is what these are. */
  late({ came, bytes, rule }: PackedEdit, at: number): boolean {
    if (came === null) return false
    let found = false
    for (const [frame, restore] of this.#dropped ?? []) {
      if (frame.offset < came || frame.offset >= came + bytes.length) continue
      found = true
      this.#dropped?.delete(frame)
      frame.sentAt = frame.sentLastAt = at
      const others = (frame.edits?.edits ?? []).filter((edit) => edit.rule !== rule || edit.bytes?.length !== 0)
      frame.edits = others.length === 0 ? null : this.#context.edits.intern(others)
      restore()
      this.#context.dirty.frame(frame)
    }
    return found
  }

  /** It may be about bytes of frames that are here, and of others that come. */
  decided(decision: DecisionRecord): void {
    this.#context.dirty.decision(decision)
    if (decision.offset === null) return
    for (const frame of this.#unsent) this.#about(decision, frame)
    const last = this.#unsent.at(-1)
    if (last === undefined || last.offset + last.length < endOf(decision))
      this.#decisions = [...this.#decisions, decision]
  }

  /** Takes the edits left over: bytes of ours that no frame received stands for. */
  leftover(): readonly PackedEdit[] {
    const left = this.#edits
    this.#edits = NONE
    return left
  }

  /** A frame has come: the edits in it are known, and whether it has left. */
  framed(frame: FrameRecord): void {
    if (frame.sentLastAt === null) this.#unsent.push(frame)
    else this.#behindHead = frame.kind === FRAME_KIND.head
    if (this.#decisions.length > 0) this.#decisions = this.#decisions.filter((decision) => this.#about(decision, frame))
    if (this.#changes.length > 0) this.#changes = this.#changes.filter((change) => this.#change(change, frame))
    if (this.#edits.length === 0) return
    const end = frame.offset + frame.length
    const mine = this.#edits.filter((edit) => edit.offset < end)
    if (mine.length === 0) return
    this.#edits = this.#edits.filter((edit) => edit.offset >= end)
    const edits = mine.map((edit) => this.#editOf(edit, frame))
    frame.edits = this.#context.edits.intern([...(frame.edits?.edits ?? []), ...edits])
  }

  /** What was read of a frame is known as well: what is to become of its calls. */
  read(frame: FrameRecord): void {
    if (this.#dropped?.has(frame) === true) this.#dropped.set(frame, this.#faulted(frame))
  }

  /** What has not left by now never will, for a fault ended it: nobody is asked or answered by it. Gives the flows it is of. */
  lost(): Set<FlowRecord> {
    for (const frame of this.#unsent) this.#faulted(frame)
    return new Set(this.#unsent.map(({ flow }) => flow))
  }

  #changed(change: Change): void {
    let covered = false
    for (const frame of this.#unsent) {
      if (frame.offset + frame.length <= change.offset || frame.offset >= change.offset + change.removed) continue
      covered = !this.#change(change, frame)
    }
    if (!covered) this.#changes = [...this.#changes, change]
  }

  /** Puts its part into the frame. True where more of it may come. */
  #change(change: Change, frame: FrameRecord): boolean {
    const { offset, removed, bytes, rule } = change
    const [end, frameEnd] = [offset + removed, frame.offset + frame.length]
    const [from, to] = [Math.max(offset, frame.offset), Math.min(end, frameEnd)]
    if (from >= to) return frameEnd < end
    if (leadsOnly(offset, end, frame)) return this.#lead(frame, to - from)
    const part = { offset: from - frame.offset, length: to - from, removed: NOTHING, rule }
    const put = keptOwn(this.#context, this.#partOf(change, frame, end - frameEnd))
    frame.edits = this.#context.edits.intern([...(frame.edits?.edits ?? []), { ...part, bytes: put }])
    this.#context.dirty.frame(frame)
    if (bytes.length === 0 && isAll(part, frame)) this.#drop(frame)
    return frameEnd < end
  }

  /** So much of its framing has left with the event before, or was not needed. False, as no more of it may come. */
  #lead(frame: FrameRecord, length: number): boolean {
    if (length <= 2) return false
    const edit = { offset: 0, length, removed: NOTHING, bytes: NOTHING, rule: 'framing' }
    frame.edits = this.#context.edits.intern([...(frame.edits?.edits ?? []), edit])
    this.#context.dirty.frame(frame)
    return false
  }

  /** Of what stands for head and body together each gets its own. `behind`: how much more of what was taken out lies behind the frame. */
  #partOf({ bytes, offset }: Change, frame: FrameRecord, behind: number): Uint8Array {
    // behind the payload of an event there is but framing; the line end of its chunk stays, as part of the frame behind it
    if (frame.kind === FRAME_KIND.event && behind > 0 && behind <= MOST_FRAMING)
      return behind > 2 || !endsLine(bytes) ? bytes : bytes.subarray(0, -2)
    const last = behind <= 0
    const head = headLength(bytes)
    if (frame.kind === FRAME_KIND.head && !last) return bytes.subarray(0, head)
    return last && frame.kind !== FRAME_KIND.head && frame.offset > offset
      ? bytes.subarray(head)
      : last
        ? bytes
        : NOTHING
  }

  /** It never leaves. */
  #drop(frame: FrameRecord): void {
    frame.sentAt = frame.sentLastAt = null
    this.#unsent = this.#unsent.filter((other) => other !== frame)
    this.#dropped ??= new Map()
    if (this.#dropped.size >= REMEMBERED) this.#dropped.delete(this.#dropped.keys().next().value!)
    this.#dropped.set(frame, this.#faulted(frame))
    this.#owner?.taken(frame)
  }

  /** Its calls are not asked, or not answered, as far as the other side knows. Gives how that is taken back. */
  #faulted(frame: FrameRecord): () => void {
    const calls = frame.messages.map(({ call }) => call).filter((call): call is CallRecord => call !== null)
    const before = calls.map((call) => call.outcome)
    const { conversations } = this.#context
    for (const call of calls) lose(conversations, call)
    return () => calls.forEach((call, i) => setOutcome(conversations, call, before[i]!))
  }

  /** Ties them where they belong together. True where more of it may come. */
  #about(decision: DecisionRecord, frame: FrameRecord): boolean {
    const [from, to] = [decision.offset ?? 0, endOf(decision)]
    const end = frame.offset + frame.length
    if (frame.offset >= to || end <= from) return end < to
    if (leadsOnly(from, to, frame)) return false
    if (decision.frame === null || decision.frame.kind === FRAME_KIND.head) {
      decision.frame = frame
      this.#context.dirty.decision(decision)
    }
    if (decision.fired) this.#context.dirty.frame(frame)
    return end < to
  }

  #editOf({ offset, removed, bytes, rule, was }: PackedEdit, frame: FrameRecord): EditRecord {
    const kept = was ?? this.#raw.peek(offset, Math.min(removed, frame.offset + frame.length - offset))
    const secret = rule.startsWith('header:')
    return { offset: offset - frame.offset, length: null, removed: kept ?? NOTHING, bytes: secret ? null : bytes, rule }
  }
}

/** Stands for whole frames, of any number: a rule's, or what makes frames for rules. */
const spreads = (rule: string): boolean => rule === 'gate' || rule === 'framing' || isFaultRule(rule)

/** All of its payload: framing of the frame before may lead it, which leaves with that one. */
const isAll = ({ offset, length }: { offset: number; length: number }, frame: FrameRecord): boolean =>
  length === frame.length || (frame.size > 0 && offset <= frame.lead && offset + length >= frame.length - frame.trail)

/** Its first byte; an event begins with the end of the chunk before, which leaves earlier. */
const firstOf = ({ offset, lead, size, kind }: FrameRecord): number =>
  offset + (size > 0 && kind === FRAME_KIND.event ? lead : 0)

/** Of the frame it is only the end of the chunk before, with which it begins, or also the size of its own (RFC 9112 §7.1). */
const leadsOnly = (from: number, to: number, { offset, length, lead, size, kind }: FrameRecord): boolean =>
  from < offset &&
  to - offset <= (size > 0 ? Math.max(lead, 2) : 2) &&
  // a body that was broken off may end there
  (to < offset + length || kind === FRAME_KIND.end)

const endsLine = (bytes: Uint8Array): boolean => bytes.at(-1) === 10 && bytes.at(-2) === 13

const endOf = ({ offset, length }: DecisionRecord): number => (offset ?? 0) + Math.max(length ?? 1, 1)
