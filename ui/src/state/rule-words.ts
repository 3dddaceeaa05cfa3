import type { InstanceRow, RuleEnd, RuleRow } from '../../../src/api/contract.ts'
import { countText } from './size-format.ts'
import { ageText } from './time-format.ts'

const endWords: Record<RuleEnd, string> = {
  removed: 'removed',
  healed: 'healed',
  expired: 'expired',
  replaced: 'replaced by its next version',
  'process-ended': 'ended with its process',
  bug: 'switched off by a bug of the fault, see the log',
}

/** Why a rule is over. */
export const endText = (why: RuleEnd | null): string => (why === null ? 'over' : endWords[why])

/** What a rule has done so far: each part with whether it is worth a colour. */
export function hitWords(
  { matched, fired, notApplied, lastAt }: Pick<RuleRow, 'matched' | 'fired' | 'notApplied' | 'lastAt'>,
  now: number,
): readonly { readonly text: string; readonly tone: 'plain' | 'fault' | 'warn' }[] {
  const words: { text: string; tone: 'plain' | 'fault' | 'warn' }[] = []
  if (matched > 0) words.push({ text: `matched ${countText(matched)}`, tone: 'plain' })
  words.push(
    fired > 0 ? { text: `fired ${countText(fired)}`, tone: 'fault' } : { text: neverText(matched), tone: 'warn' },
  )
  if (notApplied > 0) words.push({ text: `not applied ${countText(notApplied)}`, tone: 'warn' })
  if (lastAt !== null) words.push({ text: lastText(now - lastAt), tone: 'plain' })
  return words
}

const neverText = (matched: number): string => (matched > 0 ? 'never fired' : 'never fired: nothing matched')

function lastText(us: number): string {
  const age = ageText(us)
  return age === 'now' ? 'just now' : `last ${age} ago`
}

/** The process a rule acts in. */
export function placeText(instance: number | null, instances: readonly InstanceRow[]): string {
  if (instance === null) return 'everywhere'
  const found = instances.find(({ id }) => id === instance)
  if (found === undefined) return `process ${instance}, gone`
  return instanceText(found)
}

/** A process in a few words: its name, else the address clients are pointed at; where there is none, what it stands in front of. */
export function instanceText({ role, name, url, target, pid }: InstanceRow): string {
  const what = name !== '' ? name : (url ?? target ?? '').replace(/^https?:\/\//, '')
  return [role, what, `pid ${pid}`].filter((part) => part !== '').join(' · ')
}

/** Processes that rules can act in. */
export const steered = (instances: readonly InstanceRow[]): InstanceRow[] =>
  instances.filter(({ role, endedAt }) => endedAt === null && role !== 'ui' && role !== 'cli')
