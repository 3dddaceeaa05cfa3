import type { Subject, SubjectMessage } from '../../filter/subject.ts'
import type { Direction, Era, FrameKind, Transport } from '../../wire/frame.ts'
import type { Http1Head } from '../../wire/http1.ts'
import type { Asked } from './talk.ts'

/** What a subject is made of; what can be read from these is read when it is asked for. */
export interface SubjectParts {
  readonly direction: Direction
  readonly kind: FrameKind
  readonly at: number
  readonly size: number
  readonly transport: Transport
  readonly server: string
  readonly tap: string
  /** The client speaks TLS to us. */
  readonly secure: boolean
  readonly asked: Asked | null
  /** Head of this direction. */
  readonly head: Http1Head | null
  readonly stream: boolean
  readonly messages: readonly SubjectMessage[]
  /** What it carries, in the clear. */
  readonly content: Uint8Array | null
}

/** Traffic on its way, as filters see it. */
export class LiveSubject implements Subject {
  readonly #parts: SubjectParts
  #text: string | undefined

  constructor(parts: SubjectParts) {
    this.#parts = parts
  }

  get direction(): Direction {
    return this.#parts.direction
  }

  get kind(): FrameKind {
    return this.#parts.kind
  }

  get at(): number {
    return this.#parts.at
  }

  get size(): number {
    return this.#parts.size
  }

  get transport(): Transport {
    return this.#session?.transport === 'sse' ? 'sse' : this.#parts.transport
  }

  get era(): Era | null {
    return this.#parts.asked?.exchange?.era ?? this.#session?.era ?? null
  }

  get server(): string {
    return this.#parts.server
  }

  get tap(): string {
    return this.#parts.tap
  }

  get secure(): boolean {
    return this.#parts.secure
  }

  get session(): string | null {
    return this.#session?.sessionId ?? this.#session?.tag ?? null
  }

  get client(): { readonly name: string; readonly version: string } | null {
    return this.#session?.client ?? null
  }

  get verb(): string | null {
    return this.#parts.asked?.method || null
  }

  get path(): string | null {
    const target = this.#parts.asked?.target
    if (target === undefined || target === '') return null
    if (!/^\w+:\/\//.test(target) || !URL.canParse(target)) return target
    const { pathname, search } = new URL(target)
    return pathname + search
  }

  get status(): number | null {
    const { direction, head } = this.#parts
    return direction === 's2c' && head !== null ? head.status : null
  }

  get stream(): 'get' | 'post' | null {
    const { stream, asked } = this.#parts
    if (!stream || asked === null || asked.method === '') return null
    return asked.method === 'GET' ? 'get' : 'post'
  }

  get messages(): readonly SubjectMessage[] {
    return this.#parts.messages
  }

  header(name: string): string | undefined {
    return this.#parts.head?.field(name)
  }

  text(): string {
    const { content } = this.#parts
    return (this.#text ??= content === null ? '' : decoder.decode(content))
  }

  get #session() {
    return this.#parts.asked?.exchange?.session ?? null
  }
}

const decoder = new TextDecoder()
