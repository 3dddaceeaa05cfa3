/** What the control API speaks about rules: part of `contract.ts`. */
import type { FrameRow, WrittenRule } from '../store/rows.ts'
import type { Transport } from '../wire/frame.ts'

/** A JSON schema, draft 2020-12, as zod writes it. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** A fault, for forms and help. */
export interface FaultCard {
  readonly type: string
  readonly level: 1 | 2 | 3 | 'stdio'
  /** One line, without the type's name. */
  readonly summary: string
  /** Transports where it has a meaning. */
  readonly applies: readonly Transport[]
  /** Of its options as they are written: time spans, sizes and rates are texts with a `format`. */
  readonly options: JsonSchema
}

/** Every fault there is, by level, and the words of a rule that say when. */
export interface FaultRegistry {
  readonly faults: readonly FaultCard[]
  readonly envelope: JsonSchema
}

/** Rules to put in force. */
export interface NewRules {
  readonly rules: readonly WrittenRule[]
  /** Id of the process; default: the one there is, else `INSTANCE_AMBIGUOUS`. */
  readonly instance?: number
  /** In all that record into this capture. */
  readonly everywhere?: boolean
}

/** A rule that is being written. */
export interface RuleReading {
  /** What it says, in English; null where it does not hold. */
  readonly sentence: string | null
  readonly problems: readonly {
    /** `delay`; empty for the rule as a whole. */
    readonly path: string
    readonly message: string
    /** What was probably meant. */
    readonly nearest?: string
  }[]
}

/** Which recorded frames a rule's match would have hit. */
export interface DryRun {
  /** Frames looked at, the newest. */
  readonly searched: number
  readonly hits: number
  /** The newest of them, at most 100, oldest first. */
  readonly frames: readonly FrameRow[]
}

/** A named set of rules that imitates something real. */
export interface PersonaCard {
  readonly name: string
  readonly title: string
  /** One sentence. */
  readonly imitates: string
  readonly facts: readonly {
    readonly fact: string
    readonly basis: 'measured' | 'documented'
    readonly source: string
    /** Year, month or day. */
    readonly when: string
  }[]
  /** What people see. */
  readonly symptom: string
  /** What to do about it where it is real. */
  readonly remedy: string
  readonly notImitated: readonly string[]
  /** Ready for `POST /api/rules`; their ids begin with the persona's name. */
  readonly rules: readonly WrittenRule[]
  /** One for each rule. */
  readonly sentences: readonly string[]
}
