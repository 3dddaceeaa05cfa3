/** Rules of whoever runs the proxy as a library: in force at once, gone with the proxy; where there is a record they stand in it like any other. */
import type { RuleCounters } from '../faults/engine/engine.ts'
import type { ActiveRule, RuleSource } from '../faults/rules/rule.ts'
import { ProxyError } from '../errors.ts'
import type { ControlLink } from '../recorder/index.ts'
import type { ControlRule } from '../store/rows.ts'
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

/** `control`: the record, through which page and command line switch, change and end these rules too. */
export function ownRules(steering: Steering, control?: Pick<ControlLink, 'onRules' | 'setOwnRules'>): FaultRules {
  const rules = new OwnRules(steering, control)
  return {
    async add(source) {
      const { parseRule } = await import('../faults/rules/parse.ts')
      const { freeId } = await import('../faults/rules/document.ts')
      const { explainRule } = await import('../faults/rules/sentence.ts')
      const rule = parseRule(source)
      const id = source.id ?? freeId(rule.fault.type, rules.taken)
      if (rules.taken.has(id)) throw new ProxyError('RULE_INVALID', `id: there is a rule ${id} already`)
      const sentence = explainRule(rule)
      await rules.put(id, source, sentence)
      return { id, sentence }
    },
    async remove(id) {
      if (!(await rules.remove(id))) throw new ProxyError('NOT_FOUND', `There is no rule ${id}.`)
    },
    async heal() {
      steering.heal()
      await rules.clear()
    },
    list() {
      const counted = new Map(steering.counters().map((counters) => [counters.id, counters]))
      return rules.kept.flatMap(({ active: { id, source }, sentence }) => {
        const counters = counted.get(id)
        return counters === undefined ? [] : [{ ...counters, source, sentence }]
      })
    },
  }
}

class OwnRules {
  kept: readonly Kept[] = []
  readonly #steering: Steering
  readonly #control: Pick<ControlLink, 'onRules' | 'setOwnRules'> | undefined
  #revision = 0
  /** Rules of any origin, as the record told them last. */
  #told: readonly ControlRule[] = []
  /** Those of them the record has had: one that it has no more was ended there. */
  readonly #recorded = new Set<string>()
  /** Sets the record has not answered yet: until then what it tells is of before. */
  #unanswered = 0

  constructor(steering: Steering, control: Pick<ControlLink, 'onRules' | 'setOwnRules'> | undefined) {
    this.#steering = steering
    this.#control = control
    control?.onRules((told) => {
      this.#told = told
      return this.#heard()
    })
  }

  /** Names that are taken here, or in the record by rules of somebody else. */
  get taken(): ReadonlySet<string> {
    const others = this.#told.filter(({ origin }) => origin !== 'library')
    return new Set([...this.kept.map(({ active }) => active.id), ...others.map(({ id }) => id)])
  }

  put(id: string, source: RuleSource, sentence: string): Promise<void> {
    const enabled = source.enabled ?? true
    const active: ActiveRule = { id, revision: ++this.#revision, source, origin: 'control', enabled }
    return this.#set([...this.kept, { active, sentence }])
  }

  /** False where there is none. */
  async remove(id: string): Promise<boolean> {
    const left = this.kept.filter(({ active }) => active.id !== id)
    if (left.length === this.kept.length) return false
    await this.#set(left)
    return true
  }

  clear(): Promise<void> {
    return this.#set([])
  }

  async #set(kept: readonly Kept[]): Promise<void> {
    const ids = new Set(kept.map(({ active }) => active.id))
    for (const id of this.#recorded) if (!ids.has(id)) this.#recorded.delete(id)
    this.kept = kept
    void this.#record(kept)
    await this.#act()
  }

  #act(): Promise<void> {
    return this.#steering.setRules(
      'library',
      this.kept.map(({ active }) => active),
    )
  }

  async #record(kept: readonly Kept[]): Promise<void> {
    if (this.#control === undefined) return
    this.#unanswered++
    const rules = kept.map(({ active: { id, source, enabled }, sentence }) => ({ id, source, sentence, enabled }))
    await this.#control.setOwnRules('library', rules)
    this.#unanswered--
    await this.#heard()
  }

  /** What was switched, changed or ended through the record. */
  #heard(): Promise<void> | undefined {
    if (this.#unanswered > 0 || this.kept.length === 0) return undefined
    const told = new Map(this.#told.filter(({ origin }) => origin === 'library').map((rule) => [rule.id, rule]))
    for (const id of told.keys()) this.#recorded.add(id)
    this.kept = this.kept.flatMap((rule) => {
      const now = told.get(rule.active.id)
      if (now !== undefined) return [{ ...rule, active: { ...now, origin: 'control' as const } }]
      return this.#recorded.has(rule.active.id) ? [] : [rule]
    })
    return this.#act()
  }
}
