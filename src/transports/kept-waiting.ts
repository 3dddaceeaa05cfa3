/** Clients that have connected and hear nothing, for as long as a rule wants it. */
import type { Clock } from '../pipe/clock.ts'
import type { Admission } from '../pipe/policy.ts'

interface Waiting {
  letIn(): void
  cutAll(how: 'rst', rule: string): void
}

export class KeptWaiting<Client extends Waiting> {
  readonly #clock: Clock
  readonly #clients = new Map<Client, { readonly rule: string; readonly stop: () => void }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#clients.size
  }

  /** From now on; reset when its time is over. */
  add(client: Client, { ms, rule }: Extract<Admission, { do: 'hang' }>): void {
    const reset = (): void => client.cutAll('rst', rule)
    const stop = ms === null ? () => undefined : this.#clock.at(this.#clock.now() + ms * 1000, reset)
    this.#clients.set(client, { rule, stop })
  }

  /** It has gone, or waits no longer. */
  remove(client: Client): void {
    this.#clients.get(client)?.stop()
    this.#clients.delete(client)
  }

  /** Serves those that wait for this rule; gives how many they are. */
  letIn(rule: string): number {
    const those = [...this.#clients].filter(([, by]) => by.rule === rule)
    for (const [client] of those) {
      this.remove(client)
      client.letIn()
    }
    return those.length
  }
}
