/** A client that a fault does not let in: closed, reset, or answered in place of its server. */
import type { Socket } from 'node:net'
import type { Clock } from '../pipe/clock.ts'
import type { Admission } from '../pipe/policy.ts'
import type { ConnectionInfo, Tap } from '../pipe/tap.ts'
import type { Ending } from '../wire/ending.ts'
import type { Direction } from '../wire/frame.ts'

/** Those that turn a client away. */
export type Refused = Exclude<Admission, { do: 'accept' | 'hang' }>

export interface TurnedAwayOptions {
  readonly id: number
  readonly info: ConnectionInfo
  readonly tap: Tap
  readonly clock: Clock
}

/** A head longer than this is answered before its end. */
const HEAD_BYTES = 64 * 1024
/** One that does not close by then is reset. */
const LINGER_MS = 2000

/** It is a connection in the record, ended by the rule. */
export class TurnedAway {
  readonly #socket: Socket
  readonly #admission: Refused
  readonly #options: TurnedAwayOptions
  readonly #reported = new Set<Direction>()
  #head = ''
  #answered = false
  #cancel: (() => void) | undefined

  /** `closed` is called once, when the socket is gone. */
  constructor(socket: Socket, admission: Refused, options: TurnedAwayOptions, closed: () => void) {
    this.#socket = socket
    this.#admission = admission
    this.#options = options
    const { id, tap, clock, info } = options
    tap.opened(id, clock.now(), info)
    socket.on('data', (bytes: Buffer) => this.#received(bytes))
    socket.on('error', (error: NodeJS.ErrnoException) =>
      this.#reportAll({ how: 'rst', by: 'client', detail: error.code ?? error.message }),
    )
    socket.once('end', () => this.#left())
    socket.once('close', () => {
      this.#cancel?.()
      this.#reportAll({ how: 'fin', by: 'client' })
      tap.closed(id, clock.now())
      closed()
    })
    socket.resume()
    this.#act()
  }

  /** Nothing of it is queued for the recorder that would have to wait. */
  recorderFull(): void {}

  stop(): void {
    this.#reset()
  }

  cutAll(how: 'fin' | 'rst', rule: string): void {
    this.#reportAll({ how, by: 'fault', detail: rule })
    if (how === 'fin') this.#finish()
    else this.#reset()
  }

  #act(): void {
    const admission = this.#admission
    if (admission.do === 'respond') return
    const ending: Ending = { how: admission.do, by: 'fault', detail: admission.rule }
    this.#report('s2c', ending)
    if (admission.do === 'fin') this.#finish()
    if (admission.do === 'rst') {
      this.#report('c2s', ending)
      this.#reset()
    }
  }

  #received(bytes: Buffer): void {
    const { id, tap, clock } = this.#options
    const at = clock.now()
    if (!this.#reported.has('c2s')) tap.chunk(id, 'c2s', bytes, at, 0, this.#head === '')
    if (this.#answered || this.#head.length > HEAD_BYTES) return
    this.#head += bytes.toString('latin1')
    if (this.#admission.do !== 'respond') return
    if (!/\n\r?\n/.test(this.#head.trimStart()) && this.#head.length <= HEAD_BYTES) return
    this.#answered = true
    const { bytes: answer, rule } = this.#admission
    tap.edited(id, 's2c', 0, 0, answer, rule, undefined, undefined, at)
    this.#socket.write(answer)
    this.#report('s2c', { how: 'clean', by: 'fault', detail: rule })
    this.#finish()
  }

  /** What it still sends is read and thrown away: a socket closed before would answer with RST. */
  #finish(): void {
    const { clock } = this.#options
    this.#socket.end()
    this.#cancel ??= clock.at(clock.now() + LINGER_MS * 1000, () => this.#reset())
  }

  #left(): void {
    this.#report('c2s', { how: 'fin', by: 'client' })
    this.#report('s2c', { how: 'fin', by: 'client' })
    this.#socket.end()
  }

  #reset(): void {
    if (!this.#socket.destroyed) this.#socket.resetAndDestroy()
  }

  #reportAll(ending: Ending): void {
    this.#report('c2s', ending)
    this.#report('s2c', ending)
  }

  #report(direction: Direction, ending: Ending): void {
    if (this.#reported.has(direction)) return
    this.#reported.add(direction)
    const { id, tap, clock } = this.#options
    tap.ended(id, direction, clock.now(), ending, 0)
  }
}
