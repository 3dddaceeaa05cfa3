import type { Decision } from '../pipe/decision.ts'
import type { ConnectionInfo, ProcessInfo, UpstreamInfo } from '../pipe/tap.ts'
import type { ConnectionRecord, FrameRecord, ProcessRecord } from '../store/records.ts'
import type { Ending } from '../wire/ending.ts'
import type { Direction } from '../wire/frame.ts'
import type { RequestFacts } from '../wire/conversation.ts'
import { connectionRow } from './connection-row.ts'
import type { RecordingContext } from './context.ts'
import { decisionRecord } from './decided.ts'
import { Flow } from './flow.ts'
import type { FrameSpan } from './frame-span.ts'
import { MESSAGE_KIND } from './kinds.ts'
import { LineHalf } from './line-half.ts'
import { LogLines, type LogLine } from './log-lines.ts'
import type { PackedChunk, PackedEdit } from './packing.ts'
import { isOwn, ownFrame } from './own-frame.ts'
import { ProcessPhases } from './process-phases.ts'
import type { RecordedConnection } from './recorded-connection.ts'
import type { RecordedLine } from './sessions.ts'

/** There is no head on stdio that would say any of it. */
const NO_FACTS: RequestFacts = { verb: '', target: '', sessionId: null, revision: null, identity: '', agent: '' }
const LABEL = 200

/** A wrapped server: one flow and one session as long as it runs. */
export class ProcessFlows implements RecordedConnection {
  readonly row: ConnectionRecord
  touched = false
  readonly #context: RecordingContext
  readonly #party: RecordedLine
  readonly #flow: Flow
  readonly #process: ProcessRecord
  readonly #phases: ProcessPhases
  readonly #halves: Record<Direction, LineHalf>
  readonly #errors = new LogLines()

  constructor(context: RecordingContext, at: number, info: ConnectionInfo, process: ProcessInfo) {
    this.#context = context
    this.row = connectionRow(at, info)
    context.dirty.connection(this.row)
    const { conversations } = context
    this.#party = conversations.line(info)
    const exchange = conversations.request(this.#party, NO_FACTS, at)
    conversations.alone(exchange, 'stdio', true, at)
    this.#flow = new Flow(context, this.row, 'stdio', at, null, exchange)
    this.#flow.row.target = info.target
    this.#process = processRow(this.row, process)
    this.#phases = new ProcessPhases(this.#process)
    context.dirty.process(this.#process)
    this.#halves = { c2s: this.#half('c2s'), s2c: this.#half('s2c') }
  }

  upstream({ at, address, error }: UpstreamInfo): void {
    this.row.upstreamAddress = address ?? null
    this.row.upstreamError = error ?? null
    this.row.connectedAt = error === undefined ? at : null
    this.#context.dirty.connection(this.row)
  }

  chunk(chunk: PackedChunk): void {
    const { direction, offset, bytes, receivedAt } = chunk
    if (direction === 'c2s') this.row.c2sBytes = offset + bytes.length
    else {
      this.row.s2cBytes = offset + bytes.length
      if (this.#phases.output(receivedAt)) this.#context.dirty.process(this.#process)
    }
    this.#context.dirty.connection(this.row)
    this.#halves[direction].push(chunk)
  }

  sent(direction: Direction, upTo: number, at: number): void {
    this.#halves[direction].sent(upTo, at)
  }

  edited(edit: PackedEdit, at: number): void {
    const { outgoing } = this.#halves[edit.direction]
    if (!isOwn(edit)) return outgoing.edited(edit)
    if (outgoing.late(edit, at)) return
    const frame = ownFrame(this.#context, this.#flow, edit, at)
    if (edit.direction === 's2c') this.#flow.madeUp(edit.rule, frame, at)
  }

  get open() {
    const { exchange } = this.#flow
    return { line: this.#party, exchanges: exchange === null ? [] : [exchange] }
  }

  decided(decision: Decision): void {
    const row = decisionRecord(decision, this.row, this.#flow.row.session)
    if (decision.direction === null) this.#context.dirty.decision(row)
    else this.#halves[decision.direction].outgoing.decided(row)
  }

  logged(bytes: Uint8Array, at: number): void {
    this.#log(this.#errors.push(bytes, at))
  }

  note(at: number, kind: string, detail: unknown): void {
    this.#line(at, kind, detail)
    if (kind !== 'exit') return
    const { code, signal } = detail as { code: number | null; signal: string | null }
    this.#process.exitedAt = at
    this.#process.exitCode = code
    this.#process.signal = signal
    this.#context.dirty.process(this.#process)
  }

  ended(direction: Direction, at: number, { how, by, detail }: Ending, unsent: number): void {
    const { side } = this.#halves[direction]
    const place = side.place
    // the end of the input between two lines is how a client says goodbye (MCP lifecycle, shutdown)
    const clean = how === 'fin' && place === 'boundary' && detail === undefined
    const ending: Ending = { how: clean ? 'clean' : how, by, at: place, ...(detail === undefined ? {} : { detail }) }
    const json = JSON.stringify(ending)
    side.end(at)
    const { row } = this
    const flow = this.#flow
    if (direction === 'c2s') {
      flow.brokeOff('c2s', json, at)
      row.c2sEnding = flow.row.c2sEnding = json
      row.c2sUnsent = unsent
    } else {
      row.s2cEnding = json
      row.s2cUnsent = unsent
      flow.over(json, by, at)
    }
    if (unsent > 0) {
      const from = side.offset - unsent
      this.#context.dirty.batch.unsent.push({ connection: row, direction: direction === 'c2s' ? 0 : 1, from })
    }
    flow.changed()
    this.#context.dirty.connection(row)
  }

  closed(at: number): void {
    this.#log(this.#errors.end())
    this.row.closedAt = at
    this.#context.dirty.connection(this.row)
    const { session } = this.#flow.row
    this.#process.exitedAt ??= at
    this.#process.probe = this.#phases.probe
    this.#context.dirty.process(this.#process)
    if (session === null) return
    session.probe = this.#phases.probe
    session.endedAt ??= at
    this.#context.dirty.session(session)
  }

  collect(): void {
    this.#halves.c2s.collect()
    this.#halves.s2c.collect()
  }

  #half(direction: Direction): LineHalf {
    return new LineHalf(direction, this.row, this.#context, (span) => this.#frame(direction, span))
  }

  #frame(direction: Direction, span: FrameSpan): FrameRecord {
    const frame = this.#flow.frame(direction, span, null)
    const { payload } = span
    if (payload !== null && span.kind === 'line' && payload.length > 0) {
      this.#flow.body(direction, frame, payload)
      if (this.#phases.frame(direction, frame)) this.#context.dirty.process(this.#process)
    }
    const { depth } = this.#context
    if (depth === 'full' && frame.messages.every(({ kind }) => kind === MESSAGE_KIND.invalid))
      frame.label = labelOf(payload)
    return frame
  }

  #log(lines: readonly LogLine[]): void {
    for (const { at, text } of lines) this.#line(at, 'stderr', this.#kept(text))
  }

  /** Where bodies are not kept a line is so many bytes, no more. */
  #kept(line: string): object {
    const { depth, redactor } = this.#context
    if (depth !== 'full') return { bytes: Buffer.byteLength(line) }
    const { text, redacted } = redactor.text(line)
    return redacted.length === 0 ? { text } : { text, redacted }
  }

  #line(at: number, kind: string, detail: unknown): void {
    const { session } = this.#flow.row
    this.#context.dirty.batch.logs.push({ connection: this.row, session, at, kind, detail: JSON.stringify(detail) })
  }
}

function labelOf(payload: Uint8Array | null): string | null {
  if (payload === null) return null
  const text = new TextDecoder().decode(payload.subarray(0, 4 * LABEL))
  return text.replaceAll(/\s+/g, ' ').slice(0, LABEL) || null
}

function processRow(connection: ConnectionRecord, process: ProcessInfo): ProcessRecord {
  const { command, args, cwd, env, pid, startedAt } = process
  return {
    id: 0,
    stored: false,
    dirty: false,
    connection,
    command,
    args: JSON.stringify(args),
    cwd,
    env: JSON.stringify(env),
    pid,
    startedAt,
    firstByteAt: null,
    handshakeAt: null,
    readyAt: null,
    exitedAt: null,
    exitCode: null,
    signal: null,
    probe: false,
  }
}
