import type { RedactionRules } from './redaction.ts'
import type { Depth } from './context.ts'
import type { WriterInstance } from '../store/writer.ts'
import type { Limits } from './upkeep.ts'

/** What the thread is started with. */
export interface ThreadSettings {
  readonly db: string
  readonly instance: WriterInstance
  readonly depth: Depth
  readonly redact: RedactionRules
  /** Key of the hashes of what is redacted, hex. */
  readonly key: string
  readonly limits: Limits
  /** See `CreateOptions`. */
  readonly maxPages?: number
}

/** Live thread to recorder. */
export type ToThread =
  | { readonly kind: 'records'; readonly buffer: ArrayBuffer; readonly length: number }
  | { readonly kind: 'flush'; readonly id: number }
  | { readonly kind: 'instance'; readonly instance: WriterInstance }
  | { readonly kind: 'close' }

/** Recorder to live thread. */
export type FromThread =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string; readonly hint: string }
  /** So many packed buffers more are stored; here they are for reuse. */
  | { readonly kind: 'stored'; readonly count: number; readonly buffers: readonly ArrayBuffer[] }
  | { readonly kind: 'flushed'; readonly id: number }
  /** A commit failed and is tried again. `waiting`: somebody else holds the capture. */
  | { readonly kind: 'trouble'; readonly waiting: boolean; readonly message: string }
  /** UI ports of all live processes on this capture, when they have changed. */
  | { readonly kind: 'control'; readonly ports: readonly number[] }
  | { readonly kind: 'closed' }
