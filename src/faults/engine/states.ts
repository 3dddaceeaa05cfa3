/** The small named states of sessions that rules ask for and set. */
import type { Rule } from '../rules/parse.ts'

/** All sessions begin in it. */
const FIRST = 'started'
/** Sessions that are remembered; beyond it all begin anew. */
const SESSIONS = 10_000

export class SessionStates {
  readonly #states = new Map<string, string>()

  /** It is in the state the rule asks for, if it asks. */
  allows({ state }: Rule, session: string): boolean {
    const wanted = state?.requires
    return wanted === undefined || (this.#states.get(session) ?? FIRST) === wanted
  }

  /** The rule fired for it. */
  enter({ state }: Rule, session: string): void {
    if (state?.sets === undefined) return
    if (this.#states.size >= SESSIONS) this.#states.clear()
    this.#states.set(session, state.sets)
  }
}
