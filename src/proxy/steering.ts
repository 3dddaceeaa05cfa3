/** The policy of a process: lets everything be, and costs nothing, until there is a rule; then the fault engine decides. */
import type { Policy, SteeredConnection, SteeredListener } from '../pipe/policy.ts'
import type { Engine, EngineOptions, RuleCounters } from '../faults/engine/engine.ts'
import type { ActiveRule } from '../faults/rules/rule.ts'
import type { ControlLink } from '../recorder/index.ts'
import type { SavedConversation } from '../wire/conversation.ts'

/** The rule file, the capture (command line, API, page), or whoever runs the proxy as a library. */
export type RulesFrom = 'file' | 'capture' | 'library'

export interface Steering extends Policy {
  /** Has the engine decide from now on, rules or not: requests may bring some along. */
  begin(): Promise<void>
  /** The rules from one place, from now on. Resolves when they act. */
  setRules(from: RulesFrom, rules: readonly ActiveRule[]): Promise<void>
  counters(): readonly RuleCounters[]
  /** What people have decided about messages that wait. */
  answer(answers: readonly Parameters<Engine['answer']>[0][]): void
  /** Ends every rule there is, until it is set anew. */
  heal(): void
  /** Lets go of everything rules hold; gives those that were on and never fired. */
  end(): readonly { readonly id: string; readonly sentence: string }[]
}

/** As the engine's, but that any seed will do. */
export type SteeringOptions = Omit<EngineOptions, 'seed' | 'asked' | 'conversations'> & {
  readonly seed?: number
  /** What is known of the traffic that went before; null when nobody knows. Default: nobody does. */
  recall?(): Promise<SavedConversation | null>
}

/** Sessions nobody uses any more are forgotten this often. */
const SWEEP_US = 60_000_000

interface Open {
  readonly connection: SteeredConnection
  closed: (() => void) | undefined
}

export function createSteering(options: SteeringOptions): Steering {
  return new LazySteering(options)
}

class LazySteering implements Steering {
  readonly #options: SteeringOptions
  readonly #open = new Map<SteeredConnection, Open>()
  readonly #listeners: SteeredListener[] = []
  readonly #rules = new Map<RulesFrom, readonly ActiveRule[]>()
  #engine: Engine | undefined
  #loading: Promise<Engine> | undefined
  #cancelSweep: (() => void) | undefined

  constructor(options: SteeringOptions) {
    this.#options = options
  }

  async setRules(from: RulesFrom, rules: readonly ActiveRule[]): Promise<void> {
    this.#rules.set(from, rules)
    if (this.#engine === undefined && rules.length === 0 && this.#loading === undefined) return
    const engine = this.#engine ?? (await (this.#loading ??= this.#load()))
    engine.setRules([...this.#rules.values()].flat())
  }

  async begin(): Promise<void> {
    if (this.#engine === undefined) await (this.#loading ??= this.#load())
  }

  counters(): readonly RuleCounters[] {
    return this.#engine?.counters() ?? []
  }

  answer(answers: readonly Parameters<Engine['answer']>[0][]): void {
    for (const answer of answers) this.#engine?.answer(answer)
  }

  heal(): void {
    this.#engine?.heal()
  }

  end(): readonly { readonly id: string; readonly sentence: string }[] {
    const idle = this.#engine?.neverFired() ?? []
    this.#engine?.heal()
    this.#cancelSweep?.()
    return idle
  }

  admit(...asked: Parameters<Policy['admit']>): ReturnType<Policy['admit']> {
    return this.#engine?.admit(...asked) ?? { do: 'accept' }
  }

  dial(...asked: Parameters<Policy['dial']>): ReturnType<Policy['dial']> {
    return this.#engine?.dial(...asked) ?? { do: 'dial' }
  }

  listening(listener: SteeredListener): void {
    this.#listeners.push(listener)
    this.#engine?.listening(listener)
  }

  opened(connection: SteeredConnection): () => void {
    const open: Open = { connection, closed: this.#engine?.opened(connection) }
    this.#open.set(connection, open)
    return () => {
      this.#open.delete(connection)
      open.closed?.()
    }
  }

  starting(...asked: Parameters<NonNullable<Policy['starting']>>): ReturnType<NonNullable<Policy['starting']>> {
    return this.#engine?.starting?.(...asked)
  }

  /** With the first rule: until then zod and the vocabulary are not even loaded. */
  async #load(): Promise<Engine> {
    const { createEngine } = await import('../faults/engine/engine.ts')
    const { createLiveConversations } = await import('../faults/units/index.ts')
    const { seed = Math.floor(Math.random() * 2 ** 32), recall, ...options } = this.#options
    const { clock } = options
    const conversations = createLiveConversations()
    const asked = new Set<number>()
    const remember = async (): Promise<void> => {
      const saved = (await recall?.()) ?? null
      const wanted = [...asked]
      asked.clear()
      if (saved === null) return
      for (const [id, line] of conversations.load(saved, null, (id) => wanted.includes(id))) engine.learn(id, line)
    }
    const engine: Engine = createEngine({
      ...options,
      seed,
      conversations,
      asked: (id) => {
        // rules begin on many connections at once: they are asked for together
        if (asked.size === 0) queueMicrotask(() => void remember())
        asked.add(id)
      },
    })
    const sweep = (): void => {
      conversations.sweep(clock.now())
      this.#cancelSweep = clock.at(clock.now() + SWEEP_US, sweep)
    }
    sweep()
    for (const listener of this.#listeners) engine.listening(listener)
    for (const open of this.#open.values()) open.closed = engine.opened(open.connection)
    this.#engine = engine
    return engine
  }
}

/** Lets what is written into the capture steer: rules of command line, API and page, those of the file as they are switched there, and answers to what waits. */
export function followCapture(steering: Steering, control: ControlLink, say: (message: string) => void): void {
  control.onRules(async (rules) => {
    const from = (origin: 'control' | 'file'): ActiveRule[] =>
      rules.flatMap((rule) => (rule.origin === origin ? [{ ...rule, origin }] : []))
    const given = steering.setRules('capture', from('control'))
    if (from('file').length > 0) await steering.setRules('file', from('file'))
    await given
  })
  control.onHeldAnswers((answers) => steering.answer(answers))
  control.onLeftOver((rules) => {
    for (const { id, sentence } of rules) say(`Rule ${id} of a process that is gone stays off: ${sentence}.`)
  })
}
