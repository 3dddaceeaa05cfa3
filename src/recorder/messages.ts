import type { OwnOrigin } from '../store/process-rules.ts'
import type { ControlRule, FileRule, HeldVerdict, RuleRow } from '../store/rows.ts'
import type { SavedConversation } from '../wire/conversation.ts'
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
  /** Id of the row in `instance`, where the process had one before. */
  readonly known?: number
  /** See `CreateOptions`. */
  readonly maxPages?: number
}

/** Live thread to recorder. */
export type ToThread =
  | { readonly kind: 'records'; readonly buffer: ArrayBuffer; readonly length: number }
  | { readonly kind: 'flush'; readonly id: number }
  | { readonly kind: 'instance'; readonly instance: WriterInstance }
  /** Rules or answers were written, by somebody who says so. */
  | { readonly kind: 'control' }
  /** The rules of the process's file, or of its own code. */
  | { readonly kind: 'own-rules'; readonly origin: OwnOrigin; readonly rules: readonly FileRule[] }
  /** What was written up to this revision acts. */
  | { readonly kind: 'in-force'; readonly revision: number }
  | { readonly kind: 'rule-ended'; readonly id: string; readonly why: 'expired' | 'bug' }
  | { readonly kind: 'close' }

/** Recorder to live thread. */
export type FromThread =
  | { readonly kind: 'ready'; readonly instance: number }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string; readonly hint: string }
  /** So many packed buffers more are stored; here they are for reuse. */
  | { readonly kind: 'stored'; readonly count: number; readonly buffers: readonly ArrayBuffer[] }
  | { readonly kind: 'flushed'; readonly id: number }
  /** A commit failed and is tried again. `waiting`: somebody else holds the capture. */
  | { readonly kind: 'trouble'; readonly waiting: boolean; readonly message: string }
  /** UI ports of all live processes on this capture, when they have changed. */
  | { readonly kind: 'control'; readonly ports: readonly number[] }
  /** Fault rules of this process and everywhere: once at the start, and whenever they change. */
  | { readonly kind: 'rules'; readonly rules: readonly ControlRule[]; readonly revision: number }
  /** `own-rules` is done, and `rules` was told where it changed anything. */
  | { readonly kind: 'own-rules-set' }
  /** Answers to held messages that have not been acted upon. */
  | { readonly kind: 'answers'; readonly answers: readonly HeldVerdict[] }
  /** Rules of processes that are gone, found at the start; they are over. */
  | { readonly kind: 'left-over'; readonly rules: readonly RuleRow[] }
  /** What was open at a marker of that number. */
  | { readonly kind: 'conversation'; readonly id: number; readonly state: SavedConversation }
  | { readonly kind: 'closed' }
