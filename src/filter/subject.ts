/** What a filter can ask of a piece of traffic, on its way or recorded. */
import type { Direction, Era, FrameKind, Transport } from '../wire/frame.ts'

export interface SubjectMessage {
  readonly kind: 'request' | 'response' | 'error' | 'notification' | 'invalid'
  /** Of an answer: that of its request. Of a notification about a call (progress, cancelled) its own; see `tool`. */
  readonly method: string | null
  /** Of an answer, a progress or a cancellation: that of the call it is about, where it is known. */
  readonly tool: string | null
  readonly uri: string | null
  /** JSON text: `1` is not `"1"`. */
  readonly id: string | null
  /** JSON-RPC error code. */
  readonly code: number | null
}

export interface Subject {
  readonly direction: Direction
  /** `head` too for a unit of head and body whose body says nothing. */
  readonly kind: FrameKind
  readonly at: number
  /** Bytes of the frame. */
  readonly size: number
  readonly transport: Transport
  readonly era: Era | null
  readonly server: string
  /** Name of the vantage (`--name`); empty for none. */
  readonly tap: string
  /** `uid` where recorded; on its way the `Mcp-Session-Id`, or a name of the live process's own; null for none. */
  readonly session: string | null
  readonly client: { readonly name: string; readonly version: string } | null
  /** Of the exchange, in both directions; null without HTTP. */
  readonly verb: string | null
  readonly path: string | null
  /** Once there is a response; else null. */
  readonly status: number | null
  /** An event stream, by what opened it. */
  readonly stream: 'get' | 'post' | null
  /** Value of a field of the head in this direction, `name` in lower case. */
  header(name: string): string | undefined
  readonly messages: readonly SubjectMessage[]
  /** What it carries, as text. */
  text(): string
  /** Recorded traffic only; absent on its way. */
  readonly recorded?: {
    readonly id: number
    readonly outcome: string | null
    readonly durationMs: number | null
    readonly ending: string | null
    /** Rules that touched it. */
    readonly faults: readonly string[]
  }
}
