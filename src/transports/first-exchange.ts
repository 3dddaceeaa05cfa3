/**
 * What a client of the forward proxy says to us rather than to a server: its first request line, and with CONNECT the head and our
 * answer, which are a connection of their own in the record.
 */
import type { Socket } from 'node:net'
import type { Clock } from '../pipe/clock.ts'
import type { ConnectionInfo, Tap } from '../pipe/tap.ts'
import type { Ending } from '../wire/ending.ts'
import { connectionInfo } from './connection-info.ts'
import { refusalResponse, type Refusal } from './refusal.ts'

interface Recording {
  readonly tap: Tap
  readonly clock: Clock
  nextConnection(): number
}

const LF = 10
const NOTHING = new Uint8Array(0)
/** A client whose head is longer than this is not understood. */
const HEAD_BYTES = 64 * 1024
/** A refused client that does not close by then is reset. */
const LINGER_MS = 2000

export class FirstExchange {
  readonly #socket: Socket
  readonly #recording: Recording
  readonly #asked: (line: string) => void
  readonly #acceptedAt: number
  #bytes: Buffer = Buffer.alloc(0)
  #receivedAt = 0
  /** Given the head once it is complete. */
  #complete: ((length: number) => void) | undefined
  #line: string | undefined
  #target: URL | undefined
  #waits: string | undefined
  #over = false
  #id: number | undefined

  /**
   * `asked` gets the first line that is not empty, without its end, once; the empty string for what has no lines. `waits`: the rule for
   * which nobody is asked before `letIn`.
   */
  constructor(socket: Socket, recording: Recording, asked: (line: string) => void, waits?: string) {
    this.#socket = socket
    this.#recording = recording
    this.#asked = asked
    this.#waits = waits
    this.#acceptedAt = recording.clock.now()
    socket.on('data', this.#data)
    socket.on('end', this.#left)
    socket.on('close', this.#left)
    socket.resume()
  }

  /** Its connection in the record. */
  get id(): number {
    return (this.#id ??= this.#recording.nextConnection())
  }

  get info(): ConnectionInfo {
    return connectionInfo(this.#socket, this.#target)
  }

  /** The client waits no longer. */
  letIn(): void {
    this.#waits = undefined
    if (this.#over) return
    this.#socket.resume()
    this.#look()
  }

  /** Somebody else goes on with the socket: everything that came is put back, nothing of it is recorded here. */
  leave(): void {
    this.#detach(this.#bytes)
  }

  /** Waits for the whole head of a CONNECT to `named`, and puts back what came behind it. */
  whenHeadIsComplete(named: string, then: () => void): void {
    this.#target = new URL(`http://${named}`)
    this.#complete = (length) => {
      const rest = this.#bytes.subarray(length)
      this.#bytes = this.#bytes.subarray(0, length)
      this.#detach(rest)
      then()
    }
    this.#look()
  }

  /** Our answer, after which the connection is no longer ours; it is complete in the record. */
  answer(bytes: Uint8Array, rule: string): void {
    this.#socket.write(bytes)
    this.#record({ how: 'clean', by: 'client' }, { bytes, rule })
  }

  /** A fault ends it. */
  cut(how: 'fin' | 'rst' | 'hang', rule: string): void {
    this.#record({ how, by: 'fault', detail: rule })
    this.#detach()
    if (how === 'fin') this.#finish()
    else if (!this.#socket.destroyed) this.#socket.resetAndDestroy()
  }

  /** Our answer, and the end of it. What the client still sends is read and thrown away. */
  refuse(refusal: Refusal): void {
    const bytes = refusalResponse(refusal)
    this.#record({ how: 'clean', by: 'client' }, { bytes, rule: refusal.fault ?? refusal.code }, refusal.fault)
    this.#detach()
    this.#finish(bytes)
  }

  #finish(bytes: Uint8Array = NOTHING): void {
    const { clock } = this.#recording
    if (this.#socket.destroyed) return
    this.#socket.resume()
    this.#socket.on('data', () => undefined)
    this.#socket.end(bytes)
    const cancel = clock.at(clock.now() + LINGER_MS * 1000, () => void this.#socket.resetAndDestroy())
    this.#socket.once('close', cancel)
  }

  /** No answer: the client is reset. */
  reset(code: string): void {
    this.#record({ how: 'rst', by: 'proxy', detail: code })
    this.#detach()
    this.#socket.resetAndDestroy()
  }

  readonly #data = (bytes: Buffer): void => {
    this.#receivedAt = this.#recording.clock.now()
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes])
    this.#look()
  }

  #look(): void {
    const bytes = this.#bytes
    if (this.#waits !== undefined) {
      if (bytes.length > HEAD_BYTES) this.#socket.pause()
      return
    }
    let from = 0
    while (bytes[from] === 13 || bytes[from] === LF) from++
    if (this.#line === undefined) {
      const end = bytes.indexOf(LF, from)
      const hopeless = bytes.length > HEAD_BYTES || (bytes.length > 0 && (bytes[from] ?? 65) < 32)
      if (end < 0 && !hopeless) return
      this.#line = end < 0 ? '' : bytes.toString('latin1', from, end).trimEnd()
      this.#asked(this.#line)
      return
    }
    const end = /\n\r?\n/.exec(bytes.toString('latin1', from))
    if (end !== null) this.#complete?.(from + end.index + end[0].length)
    else if (bytes.length > HEAD_BYTES) this.#socket.resetAndDestroy()
  }

  /** The client went away before it said what it wants. */
  readonly #left = (): void => {
    this.#record(this.#socket.errored === null ? { how: 'fin', by: 'client' } : { how: 'rst', by: 'client' })
    this.#detach()
    this.#socket.destroySoon()
  }

  #detach(rest?: Buffer): void {
    this.#socket.off('data', this.#data)
    this.#socket.off('end', this.#left)
    this.#socket.off('close', this.#left)
    this.#complete = undefined
    if (rest === undefined) return
    this.#socket.pause()
    if (rest.length > 0) this.#socket.unshift(rest)
  }

  /** What the server’s side came to, where nobody has answered. */
  #unanswered(ending: Ending): Ending {
    return this.#waits === undefined ? ending : { how: 'hang', by: 'fault', detail: this.#waits }
  }

  #record(ending: Ending, answer?: { bytes: Uint8Array; rule: string }, fault?: string): void {
    if (this.#over) return
    this.#over = true
    const { tap, clock } = this.#recording
    const { id } = this
    const answered: Ending =
      fault === undefined ? { how: 'clean', by: 'proxy' } : { how: 'clean', by: 'fault', detail: fault }
    tap.opened(id, this.#acceptedAt, this.info)
    if (this.#bytes.length > 0) tap.chunk(id, 'c2s', this.#bytes, this.#receivedAt, clock.now(), true)
    if (answer !== undefined) tap.edited(id, 's2c', 0, 0, answer.bytes, answer.rule, undefined, undefined, clock.now())
    tap.ended(id, 'c2s', clock.now(), ending, 0)
    tap.ended(id, 's2c', clock.now(), answer === undefined ? this.#unanswered(ending) : answered, 0)
    tap.closed(id, clock.now())
  }
}
