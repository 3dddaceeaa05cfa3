/** Rules of whoever runs the proxy as a library: in force at once, gone with the proxy. */
import type { RuleCounters } from '../faults/engine.ts'
import type { ActiveRule, RuleSource } from '../faults/rule.ts'
import { ProxyError } from '../errors.ts'
import type { Steering } from './steering.ts'

/** A rule, and what it has done so far. */
export interface OwnRule extends RuleCounters {
  readonly source: RuleSource
  /** `drops tools/call messages, once in all`. */
  readonly sentence: string
}

export interface FaultRules {
  /** Resolves when it acts: from the next frame on, on open connections too. Throws `RULE_INVALID` with everything that is wrong. */
  add(source: RuleSource): Promise<{ readonly id: string; readonly sentence: string }>
  /** What it holds is sent on. Throws `NOT_FOUND`. */
  remove(id: string): Promise<void>
  /** Ends all of them, wherever they come from, until they are set anew. */
  heal(): Promise<void>
  /** Those added here. */
  list(): readonly OwnRule[]
}

interface Kept {
  readonly active: ActiveRule
  readonly sentence: string
}

export function ownRules(steering: Steering): FaultRules {
  let rules: readonly Kept[] = []
  let revision = 0
  const put = async (next: readonly Kept[]): Promise<void> => {
    rules = next
    await steering.setRules(
      'library',
      next.map(({ active }) => active),
    )
  }
  return {
    async add(source) {
      const { parseRule } = await import('../faults/rule-parse.ts')
      const { freeId } = await import('../faults/rule-document.ts')
      const { explainRule } = await import('../faults/sentence.ts')
      const rule = parseRule(source)
      const taken = new Set(rules.map(({ active }) => active.id))
      const id = source.id ?? freeId(rule.fault.type, taken)
      if (taken.has(id)) throw new ProxyError('RULE_INVALID', `id: there is a rule ${id} already`)
      const sentence = explainRule(rule)
      const active: ActiveRule = {
        id,
        revision: ++revision,
        source,
        origin: 'control',
        enabled: source.enabled ?? true,
      }
      await put([...rules, { active, sentence }])
      return { id, sentence }
    },
    async remove(id) {
      const left = rules.filter(({ active }) => active.id !== id)
      if (left.length === rules.length) throw new ProxyError('NOT_FOUND', `There is no rule ${id}.`)
      await put(left)
    },
    async heal() {
      steering.heal()
      await put([])
    },
    list() {
      const counted = new Map(steering.counters().map((counters) => [counters.id, counters]))
      return rules.flatMap(({ active: { id, source }, sentence }) => {
        const counters = counted.get(id)
        return counters === undefined ? [] : [{ ...counters, source, sentence }]
      })
    },
  }
}
