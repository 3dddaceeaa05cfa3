import type { Action, NamedStage, PipeEvent } from './action.ts'
import type { Likeness } from './likeness.ts'

/** A step still to do: an event before stage `stage`, or an action stage `stage - 1` asked for. */
export interface Step {
  readonly event?: PipeEvent
  readonly action?: Action
  readonly stage: number
  /** Arrival of the event this goes back to, and how much waiting it has been given. */
  readonly at: number
  readonly delay: { us: number }
  readonly rule: string
  /** Of an action: the stage that asked for it. */
  readonly by?: NamedStage
}

/** A wait or a hold: nothing before or at its stage goes on until it is over. */
export interface Block {
  stage: number
  readonly by: NamedStage | undefined
  /** Of a hold: its name. */
  readonly until?: string
  readonly cancel?: () => void
}

/** What will be such a block once it is its turn. */
export const stops = ({ action }: Step): boolean => action?.do === 'wait' || action?.do === 'hold'

/** An event of a stage that makes frames: it has an arrival and a delay of its own. What a rule has done to it stays the rule's. */
export function framed(event: PipeEvent, stage: number, by: NamedStage, rule: string): Step {
  const ours = event.kind === 'frame' && event.span !== undefined
  return { event, stage, at: event.at, delay: { us: 0 }, rule: ours && rule === '' ? by.rule : rule }
}

/** The same for any action of it. */
export function framedAction(action: Action, { stage, at, rule }: Step, by: NamedStage): Step {
  if (action.do === 'pass') return framed(action.event, stage + 1, by, rule)
  return { action, stage: stage + 1, at, delay: { us: 0 }, rule: by.rule, by }
}

/** Where nothing is on its way: these bytes leave as if there were no stages; and what they are like. */
export function sparedOf(bytes: Uint8Array, at: number, stages: readonly NamedStage[]): Likeness | boolean {
  return stages.length === 0 || (stages[0]?.spares?.(bytes, at) ?? false)
}
