/** One client with one upstream: dials it, joins the two, or says why it cannot. */
import type { Socket } from 'node:net'
import type { Direction } from '../wire/frame.ts'
import type { CutHow, CutSide } from '../pipe/action.ts'
import type { Clock } from '../pipe/clock.ts'
import type { Outlet, Pipe } from '../pipe/pipe.ts'
import { noPolicy, type DialVerdict, type Policy, type Standing, type SteeredConnection } from '../pipe/policy.ts'
import type { ConnectionInfo, Tap } from '../pipe/tap.ts'
import { createOutstanding, type Http1Head } from '../wire/http1.ts'
import { AnswerWatch, createServerMemory, type ServerMemory } from './answer-watch.ts'
import { connectionInfo } from './connection-info.ts'
import type { DialHandlers, Dialled, DialOptions } from './dial.ts'
import type { ConnectionEdits } from './edits.ts'
import { EditorHost, type EditorOwner } from './editor-host.ts'
import { HeadEditor } from './head-editor.ts'
import { Link, type LinkEnd, type LinkOwner } from './link.ts'
import type { Way } from './link-way.ts'
import { refusalFor, refusalResponse, type Refusal } from './refusal.ts'
import { steeredDial, type FailAs, type SteeredDial, type SteeredDialHandlers } from './steering-dial.ts'

export interface ConnectionOptions {
  readonly target: URL
  /** Name of the server in the record. */
  readonly server: string
  readonly upstream: DialOptions
  /** Path under which clients reach the server, where it is not the root. */
  readonly prefix?: string
  /** What a client gets whose server cannot be reached. */
  readonly onUnreachable: '502' | 'reset'
  readonly tap: Tap
  readonly clock: Clock
  /** Default: `noPolicy`. */
  readonly policy?: Policy | undefined
  /** Told in words what the record is told besides traffic. */
  readonly notice?: ((message: string) => void) | undefined
  /** True for addresses that are our own control plane. */
  isControlPlane(address: string, port: number): boolean
}

/** The client's end of a connection, and what is done with what passes. */
export interface ConnectionParts {
  /** Unique in this process. */
  readonly id: number
  readonly client: LinkEnd
  /** The client's TCP connection, for its addresses. */
  readonly tcp: Socket
  /** For the target that is dialled. */
  readonly edits: (target: URL) => ConnectionEdits
  /** What all connections to that server share. */
  readonly memory?: ServerMemory
  /** How the upstream is reached: it is already, or by what may call its handlers later. Default: the target is dialled, as the policy says. */
  readonly reach?: Dialled | ((handlers: DialHandlers) => () => void)
  /** The rule that keeps the client waiting: nothing is dialled until `letIn`. */
  readonly waits?: string | undefined
}

export class Connection implements SteeredConnection, LinkOwner, EditorOwner {
  readonly id: number
  readonly info: ConnectionInfo
  readonly #options: ConnectionOptions
  readonly #link: Link
  readonly #edits: ConnectionEdits
  readonly #watch: AnswerWatch | undefined
  readonly #outstanding = createOutstanding()
  readonly #closed: (connection: Connection) => void
  #requests!: HeadEditor
  #answers!: HeadEditor
  /** What the policy wants to be told at the end. */
  #over: (() => void) | undefined
  #giveUp: (() => void) | undefined
  #dial: SteeredDial | undefined
  #verdict: DialVerdict
  /** Dials, for a client that waits; nothing any more once it did. */
  #begin: (() => void) | undefined
  /** Answers the client's first head; set once it is known that there is no upstream. */
  #refuse: (() => void) | undefined

  /** `closed` is called once, when both sockets are gone. */
  constructor(parts: ConnectionParts, options: ConnectionOptions, closed: (connection: Connection) => void) {
    const { tap, clock, target, server, upstream, prefix, policy = noPolicy } = options
    const { id, client, tcp, reach, waits } = parts
    this.id = id
    this.#options = options
    this.#closed = closed
    const isSecure = client.socket !== client.raw
    this.info = { ...connectionInfo(tcp, target, server, prefix), ...(isSecure ? { secure: true } : {}) }
    tap.opened(id, clock.now(), this.info)
    const verdict: DialVerdict = reach === undefined ? policy.dial(id, this.info) : { do: 'dial' }
    this.#verdict = verdict
    if (verdict.do !== 'dial') tap.note(id, clock.now(), 'dial-fault', verdict)
    this.#edits = parts.edits(verdict.do === 'elsewhere' ? verdict.to : target)
    this.#watch = this.#watchOf(parts)
    if (typeof reach === 'function') this.#giveUp = reach(this.#handlers())
    else if (reach === undefined)
      this.#begin = () => (this.#dial = steeredDial(this.#verdict, target, upstream, clock, this.#handlers()))
    // before the client is read: of one that resets at once its server would never hear
    if (waits === undefined) this.#start()
    this.#link = new Link({ id, client, tap, clock }, this)
    this.#over = policy.opened(this)
    if (typeof reach === 'object') this.#connected(reach)
    if (waits !== undefined) this.#link.waitForEver(waits)
  }

  get c2s(): Pipe {
    return this.#link.c2s
  }

  get s2c(): Pipe {
    return this.#link.s2c
  }

  standing(direction: Direction): Standing | null {
    return (direction === 'c2s' ? this.#requests : this.#answers).standing()
  }

  cut(how: CutHow, side: CutSide, rule: string): void {
    this.#link.cut(how, side, rule)
  }

  cutAll(how: 'fin' | 'rst', rule: string): void {
    this.#link.cut(how, 'both', rule)
  }

  insert(direction: Direction, bytes: Uint8Array, rule: string): void {
    this.#link.insert(direction, bytes, rule)
  }

  swallowed(answers: number): void {
    this.#outstanding.exchanges.splice(0, answers)
    this.#answers.settled()
  }

  dialNow(): void {
    if (this.#verdict.do === 'hang') this.#verdict = { do: 'dial' }
    this.#dial?.goOn()
  }

  /** The client waits no longer. */
  letIn(): void {
    this.#link.waitForEver(undefined)
    this.#start()
  }

  /** Bytes the client has sent. */
  get received(): number {
    return this.#link.c2s.received
  }

  recorderFull(full: boolean): void {
    this.#link.recorderFull(full)
  }

  /** The proxy stops. */
  stop(how: 'fin' | 'rst'): void {
    this.#link.stop(how)
  }

  #watchOf({ id, memory = createServerMemory() }: ConnectionParts): AnswerWatch | undefined {
    const { map } = this.#edits
    if (map === undefined) return undefined
    const { tap, clock, notice } = this.#options
    const note = (kind: string, detail: { readonly message: string }): void => {
      tap.note(id, clock.now(), kind, detail)
      notice?.(detail.message)
    }
    return new AnswerWatch({ map, memory, note, outstanding: this.#outstanding })
  }

  #start(): void {
    const begin = this.#begin
    this.#begin = undefined
    begin?.()
  }

  #handlers(): SteeredDialHandlers {
    return {
      connected: (dialled) => this.#connected(dialled),
      failed: (code, message) => this.#unreachable(code, message),
      faulted: (...told) => this.#faulted(...told),
      waits: (rule) => this.#link.waitForEver(rule),
    }
  }

  outlet(way: Way): Outlet {
    const { request, response } = this.#edits
    if (way.direction === 'c2s') {
      return (this.#requests = new HeadEditor(new EditorHost(way, this, this.#outstanding, request)))
    }
    return (this.#answers = new HeadEditor(new EditorHost(way, this, this.#outstanding, response, this.#watch)))
  }

  abandoned(): void {
    this.#giveUp?.()
    this.#dial?.giveUp()
  }

  closed(): void {
    this.#over?.()
    this.#closed(this)
  }

  requested(head: Http1Head): void {
    this.#watch?.request(head)
    this.#refuse?.()
  }

  /** There is no answer of ours in a protocol we do not know. */
  notHttp(): void {
    if (this.#refuse !== undefined) this.#link.stop('rst')
  }

  #connected({ socket, raw, reads }: Dialled): void {
    const { tap, clock, isControlPlane } = this.#options
    this.#dial = this.#giveUp = undefined
    const address = raw.remoteAddress ?? ''
    const port = raw.remotePort ?? 0
    if (isControlPlane(address, port)) {
      raw.destroy()
      return this.#unreachable('SELF_TARGET', '')
    }
    tap.upstream(this.id, { at: clock.now(), address, port })
    this.#link.join({ socket, raw, ...(reads === undefined ? {} : { reads }) })
  }

  #unreachable(code: string, message: string): void {
    const { tap, clock, target, onUnreachable } = this.#options
    tap.upstream(this.id, { at: clock.now(), error: code })
    // refused would be ECONNREFUSED: this one took the connection and reset it, all before we were told that it stood
    if (code === 'ECONNRESET' && /^(http|ws):$/.test(target.protocol)) return this.#link.lost(code)
    if (onUnreachable === 'reset') return this.#link.stop('rst')
    this.#answerWith(refusalFor(target.origin, code, message))
  }

  #faulted(refusal: Refusal, as: FailAs, rule: string): void {
    const { tap, clock, onUnreachable } = this.#options
    tap.upstream(this.id, { at: clock.now(), error: 'ECONNREFUSED' })
    if (as === 'refuse' && onUnreachable === 'reset') return this.#link.cut('rst', 'both', rule)
    this.#answerWith(refusal)
  }

  #answerWith(refusal: Refusal): void {
    const { code, fault } = refusal
    this.#refuse = () => {
      this.#refuse = undefined
      // the request goes into the record before its answer
      queueMicrotask(() =>
        this.#link.answer(refusalResponse(refusal), fault ?? code, fault === undefined ? 'proxy' : 'fault'),
      )
    }
    this.#link.refuse()
  }
}
