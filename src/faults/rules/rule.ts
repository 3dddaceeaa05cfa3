/** A rule: when to do which damage. The envelope, as written (file, CLI, API, UI speak this) and as parsed. */
import type { Scope } from '../fault.ts'

/** As written: durations, sizes and rates are texts (`250ms`, `16kb`, `64kb/s`). The fault's own options stand beside these. */
export interface RuleSource {
  readonly id?: string
  readonly fault: string
  /** The filter language; absent: everything. */
  readonly match?: string
  /** 0 to 1. Default 1. */
  readonly probability?: number
  readonly per?: Scope
  readonly skip?: number
  readonly nth?: number
  readonly every?: number
  readonly times?: number
  /** `2 events`, `3 messages`, `10kb`, `5s`, a filter, or `2 of <filter>`. */
  readonly after?: string
  /** `10s..40s` since the rule became active; either end may be left out. */
  readonly window?: string
  readonly state?: { readonly requires?: string; readonly sets?: string }
  readonly for?: string
  readonly limit?: number
  readonly 'new-connections-only'?: boolean
  readonly expect?: Readonly<Record<string, unknown>>
  readonly enabled?: boolean
  readonly [option: string]: unknown
}

/** Words of the envelope: no fault has an option of that name. */
export const ENVELOPE = [
  'id',
  'fault',
  'match',
  'probability',
  'per',
  'skip',
  'nth',
  'every',
  'times',
  'after',
  'window',
  'state',
  'for',
  'limit',
  'new-connections-only',
  'expect',
  'enabled',
] as const

/** What is stored and posted to the live thread: a rule that was checked. `origin` decides precedence. */
export interface ActiveRule {
  readonly id: string
  readonly revision: number
  readonly source: RuleSource
  readonly origin: 'file' | 'control' | 'header'
  readonly enabled: boolean
}
