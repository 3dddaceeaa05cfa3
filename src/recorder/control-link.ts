import type { OwnOrigin } from '../store/process-rules.ts'
import type { ControlRule, FileRule, HeldVerdict, RuleRow } from '../store/rows.ts'
import type { SavedConversation } from '../wire/conversation.ts'
import type { FromThread, ToThread } from './messages.ts'

type RulesListener = (rules: readonly ControlRule[]) => void | Promise<void>

/** How the live thread hears of rules and answers, and asks what is open, without a handle of SQLite of its own. */
export interface ControlLink {
  /**
   * Told the fault rules of this process, and those that are everywhere: at once where they are known, and when they change. They are in force
   * for whoever asks the capture once all listeners are through with them.
   */
  onRules(listener: RulesListener): void
  /** Told answers to held messages, again and again until they are not held any more. */
  onHeldAnswers(listener: (answers: readonly HeldVerdict[]) => void): void
  /** Told the rules of processes that are gone, found at the start: they stay off. */
  onLeftOver(listener: (rules: readonly RuleRow[]) => void): void
  /** The rules of the process's file, or of its own code, from now on; resolves when listeners have been told what holds then, or nothing is recorded. */
  setOwnRules(origin: OwnOrigin, rules: readonly FileRule[]): Promise<void>
  /** A rule has ended by itself. */
  ruleEnded(id: string, why: 'expired' | 'bug'): void
  /** Rules or answers were written just now: they are fetched at once, not within 100 ms. */
  poke(): void
  /** What is open at this very place of the traffic; null when nothing is recorded now. */
  conversationState(): Promise<SavedConversation | null>
}

/** The part of it that hears the thread. */
export class ControlEnd implements ControlLink {
  readonly #send: (message: ToThread) => boolean
  readonly #mark: (id: number) => boolean
  readonly #rulesHeard: RulesListener[] = []
  readonly #answersHeard: ((answers: readonly HeldVerdict[]) => void)[] = []
  readonly #leftOverHeard: ((rules: readonly RuleRow[]) => void)[] = []
  readonly #asked = new Map<number, (state: SavedConversation | null) => void>()
  #told: (() => void)[] = []
  #rules: readonly ControlRule[] | null = null
  /** What they are of. */
  #revision = 0
  #leftOver: readonly RuleRow[] = []
  readonly #ownRules = new Map<OwnOrigin, readonly FileRule[]>()
  /** Own rules sent to a new thread that has not answered yet. */
  #resent = 0
  #marks = 0

  /** `send`, `mark`: to the thread, and into what it is sent; false when there is none, or nothing is kept. */
  constructor(send: (message: ToThread) => boolean, mark: (id: number) => boolean) {
    this.#send = send
    this.#mark = mark
  }

  onRules(listener: RulesListener): void {
    this.#rulesHeard.push(listener)
    this.#tellRules([listener])
  }

  onHeldAnswers(listener: (answers: readonly HeldVerdict[]) => void): void {
    this.#answersHeard.push(listener)
  }

  onLeftOver(listener: (rules: readonly RuleRow[]) => void): void {
    this.#leftOverHeard.push(listener)
    if (this.#leftOver.length > 0) listener(this.#leftOver)
  }

  setOwnRules(origin: OwnOrigin, rules: readonly FileRule[]): Promise<void> {
    this.#ownRules.set(origin, rules)
    return new Promise((resolve) => {
      if (this.#send({ kind: 'own-rules', origin, rules })) this.#told.push(resolve)
      else resolve()
    })
  }

  ruleEnded(id: string, why: 'expired' | 'bug'): void {
    this.#send({ kind: 'rule-ended', id, why })
  }

  poke(): void {
    this.#send({ kind: 'control' })
  }

  conversationState(): Promise<SavedConversation | null> {
    const id = ++this.#marks
    return new Promise((resolve) => {
      this.#asked.set(id, resolve)
      if (!this.#mark(id)) this.#answer(id, null)
    })
  }

  hear(message: FromThread): void {
    if (message.kind === 'rules') {
      this.#rules = message.rules
      this.#revision = message.revision
      // a new thread tells what it finds before it has heard what there is
      if (this.#resent === 0) this.#tellRules(this.#rulesHeard)
    } else if (message.kind === 'own-rules-set') {
      if (this.#resent > 0 && --this.#resent === 0) this.#tellRules(this.#rulesHeard)
      for (const resolve of this.#told.splice(0)) resolve()
    } else if (message.kind === 'answers') {
      for (const listener of this.#answersHeard) listener(message.answers)
    } else if (message.kind === 'left-over') {
      this.#leftOver = message.rules
      for (const listener of this.#leftOverHeard) listener(message.rules)
    } else if (message.kind === 'conversation') this.#answer(message.id, message.state)
  }

  /** A new thread is there: it may have another capture. */
  again(): void {
    this.#resent = 0
    for (const [origin, rules] of this.#ownRules) if (this.#send({ kind: 'own-rules', origin, rules })) this.#resent++
  }

  /** The thread is gone. What rules there are stay as they are. */
  gone(): void {
    for (const id of this.#asked.keys()) this.#answer(id, null)
    for (const resolve of this.#told.splice(0)) resolve()
  }

  #tellRules(listeners: readonly RulesListener[]): void {
    const revision = this.#revision
    const rules = this.#rules
    if (rules === null || listeners.length === 0) return
    const through = Promise.all(listeners.map(async (listener) => listener(rules)))
    void through.then(() => this.#send({ kind: 'in-force', revision }))
  }

  #answer(id: number, state: SavedConversation | null): void {
    this.#asked.get(id)?.(state)
    this.#asked.delete(id)
  }
}
