import type { BrokenOff, Resumed } from '../../../src/api/contract.ts'
import { closeWords } from './close-words.ts'

const hows: Partial<Record<string, string>> = {
  clean: 'properly',
  fin: 'closed',
  rst: 'reset',
  hang: 'silent from here on',
  timeout: 'given up',
  unreachable: 'never connected',
}

const places: Partial<Record<string, string>> = {
  boundary: ', between frames',
  'after-headers': ', behind the headers',
  'mid-event': ', mid-event',
  'mid-head': ', mid-head',
  'mid-body': ', mid-body',
  'mid-message': ', mid-message',
}

type Told = Partial<Record<string, unknown>>

/** `POST /mcp` */
const where = ({ verb, target }: Told) =>
  typeof verb === 'string' && typeof target === 'string' ? `${verb} ${target}` : ''

const closeText = (how: string) => {
  const code = Number(how.slice(3))
  return `closed with ${code} ${closeWords[code] ?? ''}`.trim()
}

/** `reset by rule cut-it, mid-event · POST /mcp`: how an exchange was broken off. */
export function brokenOffText(told: Told): string {
  const { how = '', by = '', at, detail, status } = told as Partial<BrokenOff>
  const what = how.startsWith('ws:') ? closeText(how) : (hows[how] ?? how)
  const who = by === 'fault' ? `rule ${detail ?? '?'}` : `the ${by}`
  const why = by === 'fault' || detail === undefined ? '' : ` (${detail})`
  const said = status === undefined ? what : `answered with ${status}`
  return [`${said} by ${who}${places[at ?? ''] ?? ''}${why}`, where(told)].filter((part) => part !== '').join(' · ')
}

/** `GET /mcp resumes after 17`: a client takes up a stream again. */
export const resumedText = (told: Told): string =>
  `${where(told)} resumes after ${(told as Partial<Resumed>).after ?? '?'}`

/** How grave it is: what a rule did is no failure of anybody; a client that closes between frames has only left. */
export function breakTone(told: Told): 'fault' | 'error' | 'plain' {
  const { how, by, at } = told as Partial<BrokenOff>
  if (by === 'fault') return 'fault'
  const leaves = how === 'fin' && (at === 'boundary' || at === 'idle') && by !== 'server'
  return leaves || by === 'proxy' ? 'plain' : 'error'
}
