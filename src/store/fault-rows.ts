/** Rows of rules, of what they decided, and of messages that wait for a person; part of `rows.ts`. */
import type { Direction } from '../wire/frame.ts'

/** Why a rule is over. `replaced`: by its next version; `process-ended`: the process it belonged to is gone. */
export type RuleEnd = 'removed' | 'healed' | 'expired' | 'replaced' | 'process-ended' | 'bug'

export type RuleOrigin = 'file' | 'control' | 'library'

/** A rule as written, fault and options side by side. */
export interface WrittenRule {
  readonly fault: string
  readonly [word: string]: unknown
}

/** A fault rule in its newest version, and what it has done since it began. */
export interface RuleRow {
  /** Of this version. */
  readonly key: number
  readonly id: string
  readonly revision: number
  /** The process it belongs to; null: everywhere. */
  readonly instance: number | null
  /** A rule file, command line, API and page, or whoever runs the proxy as a library. */
  readonly origin: RuleOrigin
  readonly source: WrittenRule
  readonly sentence: string
  readonly enabled: boolean
  readonly createdAt: number
  /** Null while it is in force, on or off. A rule ends with its process. */
  readonly endedAt: number | null
  readonly endedWhy: RuleEnd | null
  /** How often its match held. */
  readonly matched: number
  /** How often its envelope said yes. */
  readonly fired: number
  /** How often it had to leave alone what it was meant for. */
  readonly notApplied: number
  /** Newest decision. */
  readonly lastAt: number | null
}

/** What the rules that requests brought along have done in one process; each was for its own exchange only. */
export interface BroughtRow extends Pick<
  RuleRow,
  'id' | 'createdAt' | 'endedAt' | 'endedWhy' | 'matched' | 'fired' | 'notApplied' | 'lastAt'
> {
  readonly instance: number
  readonly origin: 'header'
}

/** A rule as the process acts on it that it is given to. */
export interface ControlRule {
  readonly id: string
  readonly revision: number
  readonly source: WrittenRule
  readonly origin: RuleOrigin
  readonly enabled: boolean
}

/** A rule of a file, or of a library's user, checked. */
export interface FileRule {
  readonly id: string
  readonly source: WrittenRule
  readonly sentence: string
  readonly enabled: boolean
}

/** The answer a person gave for a held message; its connection is numbered as its process does. */
export interface HeldVerdict {
  readonly connection: number
  readonly direction: Direction
  readonly offset: number
  readonly rule: string
  readonly answer: HeldAnswer
}

/** What a process is to act on. */
export interface ControlState {
  /** Value of `control.revision` they are of. */
  readonly revision: number
  /** In the order of their precedence within an origin: as they were given. */
  readonly rules: readonly ControlRule[]
  readonly answers: readonly HeldVerdict[]
}

/** What the fault engine decided about one match, or did; see `src/pipe/decision.ts`. */
export interface DecisionRow {
  readonly id: number
  readonly instance: number
  readonly rule: string
  readonly revision: number
  readonly connection: number | null
  /** Session uid. */
  readonly session: string | null
  readonly direction: Direction | null
  readonly offset: number | null
  readonly length: number | null
  /** The message it was about, or the first frame. */
  readonly frame: number | null
  readonly at: number
  readonly scope: string
  readonly draw: number | null
  readonly fired: boolean
  readonly action: string
  /** `action` in words for people, at a breakpoint with what became of the message. */
  readonly said: string
  /** `scope` in such words. */
  readonly about: string
  readonly heldUs: number | null
}

/** What became of a message at a breakpoint. `client-left`: its client has closed, nobody gets it; `lost`: its connection was ended otherwise. */
export type HeldState = 'held' | 'sent' | 'edited' | 'dropped' | 'client-left' | 'lost'

/** What a person wants done with it. `edit` sends `payload` in its place. */
export type HeldAnswer = { readonly do: 'send' | 'drop' } | { readonly do: 'edit'; readonly payload: string }

/** A message that waits, or waited, for a person. */
export interface HeldRow {
  readonly id: number
  readonly instance: number
  readonly connection: number
  readonly direction: Direction
  readonly offset: number
  readonly at: number
  readonly rule: string
  /** It is sent on by itself then. */
  readonly deadline: number
  /** JSON text it carries; null when there is none. */
  readonly payload: string | null
  readonly kind: 'request' | 'response' | 'error' | 'notification' | 'invalid' | null
  /** Of an answer, this and `tool` are those of what was asked. */
  readonly method: string | null
  readonly tool: string | null
  /** `name version`. */
  readonly client: string | null
  /** Public id of the session. */
  readonly session: string | null
  readonly server: string | null
  readonly state: HeldState
  readonly endedAt: number | null
  /** Given, and perhaps not acted upon yet. */
  readonly answer: HeldAnswer | null
}
