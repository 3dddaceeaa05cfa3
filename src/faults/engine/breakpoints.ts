/** Messages that wait for a person, and what becomes of them. */
import type { Held, HeldAbout } from '../../pipe/decision.ts'
import type { Direction } from '../../wire/frame.ts'
import type { Instance } from './rule.ts'
import type { RuleStage } from './stage.ts'
import type { Answer, FaultEvent } from '../fault.ts'

/** An answer, and the message it is for. */
export interface Answered {
  readonly connection: number
  readonly direction: Direction
  readonly offset: number
  readonly rule: string
  readonly answer: Answer
}

interface Waiting {
  readonly stage: RuleStage
  readonly instance: Instance
  readonly held: Omit<Held, 'state' | 'at'>
}

export class Breakpoints {
  readonly #tell: (held: Held) => void
  readonly #now: () => number
  readonly #waiting = new Map<string, Waiting>()

  constructor(tell: (held: Held) => void, now: () => number) {
    this.#tell = tell
    this.#now = now
  }

  /** It waits from now on. */
  ask(stage: RuleStage, instance: Instance, held: Waiting['held']): void {
    this.#waiting.set(keyOf(held), { stage, instance, held })
    this.#tell({ ...held, at: this.#now(), state: 'held' })
  }

  /** Told to the fault that asked. Nothing when it does not wait any more. */
  answer(answered: Answered): void {
    const waiting = this.#waiting.get(keyOf(answered))
    waiting?.stage.wake(waiting.instance, answered.answer)
  }

  /** The client of this connection has closed: nobody reads what waits there for it, or asks for what it has sent. */
  left(connection: number): void {
    for (const { stage, instance, held } of this.#waiting.values())
      if (held.connection === connection) stage.wake(instance, { do: 'left' } satisfies Answer)
  }

  /** What an instance has asked is settled; without its doing, as its rule or connection goes, it is sent. */
  settled(instance: Instance, state: Held['state'] = 'sent'): void {
    for (const [key, waiting] of this.#waiting) {
      if (waiting.instance !== instance) continue
      this.#waiting.delete(key)
      const { about: _, ...held } = waiting.held
      this.#tell({ ...held, at: this.#now(), state })
    }
  }
}

const keyOf = ({
  connection,
  direction,
  offset,
  rule,
}: Pick<Held, 'connection' | 'direction' | 'offset' | 'rule'>): string => `${connection} ${direction} ${offset} ${rule}`

/** What the record says of a message that begins to wait. */
export function heldOf(event: FaultEvent & { kind: 'frame' }, rule: string, deadline: number): Waiting['held'] {
  const { connection, direction, offset, meaning } = event
  const { messages, client, session } = meaning.subject
  const { kind = null, method = null, tool = null } = messages[0] ?? {}
  const version = client === null || client.version === '' ? '' : ` ${client.version}`
  const about: HeldAbout = { kind, method, tool, client: client === null ? null : `${client.name}${version}`, session }
  return { rule, connection, direction, offset, deadline, payload: meaning.json ?? meaning.subject.text(), about }
}
