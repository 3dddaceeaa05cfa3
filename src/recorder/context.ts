import type { Dirty } from './dirty.ts'
import type { EditInterner } from './edits.ts'
import type { BufferPool } from './raw.ts'
import type { Redactor } from './redaction.ts'
import type { RecordedConversations } from './sessions.ts'

/** How much of the traffic is kept. `heads`: no bodies. `metadata`: no bytes at all. */
export type Depth = 'full' | 'heads' | 'metadata'

/** What every connection of a recording shares. */
export interface RecordingContext {
  readonly dirty: Dirty
  readonly conversations: RecordedConversations
  readonly redactor: Redactor
  readonly pool: BufferPool
  readonly edits: EditInterner
  readonly depth: Depth
}
