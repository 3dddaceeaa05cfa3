/** Which answers of a connection leave, and which of them rules have swallowed. */
import type { NamedStage } from '../../pipe/action.ts'
import { pass } from '../../pipe/action.ts'
import type { PipeEvent } from '../../pipe/action.ts'

interface Answer {
  readonly from: number
  /** Where the next head begins. */
  to: number
  /** Something of it has left. */
  left: boolean
  over: boolean
}

export class ResponseExit {
  readonly stage: NamedStage
  /** Those that have come, oldest first. */
  #answers: Answer[] = []

  /** `leaves` is told what leaves, `swallowed` how many of the oldest answers that are due will not. */
  constructor(leaves: (event: PipeEvent) => void, swallowed: (answers: number) => void) {
    const tell = (count: number): void => {
      if (count > 0) swallowed(count)
    }
    this.stage = {
      rule: 'framing',
      stage: (event) => {
        leaves(event)
        if (event.kind === 'chunk' || event.kind === 'frame') tell(this.#leaves(event.offset))
        return [pass(event)]
      },
      idle: () => tell(this.#gone(({ over }) => over)),
    }
  }

  /** A head has come. */
  begins(offset: number, final: boolean): void {
    const last = this.#answers.at(-1)
    if (last !== undefined) last.to = Math.min(last.to, offset)
    if (final) this.#answers.push({ from: offset, to: Number.POSITIVE_INFINITY, left: false, over: false })
  }

  /** The newest is complete. */
  over(): void {
    const last = this.#answers.at(-1)
    if (last !== undefined) last.over = true
  }

  #leaves(offset: number): number {
    const lost = this.#gone(({ to }) => to <= offset)
    const [first] = this.#answers
    if (first !== undefined && first.from <= offset) first.left = true
    return lost
  }

  /** Forgets these; gives how many of them have not left. */
  #gone(past: (answer: Answer) => boolean): number {
    if (!this.#answers.some(past)) return 0
    const gone = this.#answers.filter(past)
    this.#answers = this.#answers.filter((answer) => !gone.includes(answer))
    return gone.filter(({ left }) => !left).length
  }
}
