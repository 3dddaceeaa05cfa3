/** What a fault does to one piece of traffic, in a few words for the record. */
import type { FaultAction } from '../fault.ts'
import { durationText } from '../values.ts'

/** `wait 200 ms, write 12 bytes, cut rst`; empty where it only passes, or drops. */
export function actionText(actions: readonly FaultAction[]): string {
  const said: string[] = []
  for (const action of actions) {
    const text = textOf(action)
    if (text !== '') said.push(text)
  }
  return said.join(', ')
}

function textOf(action: FaultAction): string {
  switch (action.do) {
    case 'pass':
    case 'wake':
      return ''
    case 'wait':
      return action.ms > 0 ? `wait ${durationText(action.ms)}` : ''
    case 'write':
      return `write ${action.bytes.length} bytes${'to' in action ? ` to connection ${action.to.connection}` : ''}`
    case 'reply':
      return `reply ${action.bytes.length} bytes`
    case 'cut':
      return `cut ${action.how}${action.side === 'both' ? '' : ` ${action.side}`}`
    case 'end':
      return `end connection ${action.connection} ${action.how}`
    case 'release':
      return ''
    case 'ask':
      return 'wait for a person'
    case 'settle':
      return action.state
    case 'hold':
      return `hold until ${action.until}`
    case 'signal':
      return `signal ${action.signal}`
    case 'restart':
      return action.afterMs === null ? 'restart when healed' : `restart after ${durationText(action.afterMs)}`
    case 'exit':
      return `exit ${action.code}`
    case 'stderr':
      return `stderr ${action.bytes.length} bytes`
  }
}

/** How long it is held, as far as that is known now; null for not at all. */
export function heldUs(actions: readonly FaultAction[]): number | null {
  let us = 0
  for (const action of actions) if (action.do === 'wait') us += action.ms * 1000
  return us === 0 ? null : Math.round(us)
}
