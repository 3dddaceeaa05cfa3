/** What rules decided, in the words of who reads it; pure. */
import type { HeldState } from './fault-rows.ts'

/** What became of a message at a breakpoint, as far as that is known. Instants in microseconds. */
export interface AtBreakpoint {
  readonly state: HeldState
  readonly at: number
  readonly endedAt: number | null
  readonly deadline: number
  /** A person has answered. */
  readonly answered: boolean
}

/** `held 1.75 s, then edited by hand`; `reset`; `delayed by 200 ms`. What is not known is said as it is. */
export function actionWords(action: string, held: AtBreakpoint | null = null): string {
  if (/^(not applied|healed|bug)/.test(action)) return action
  const parts = action.split(', ')
  if (parts.includes('wait for a person')) return breakpointWords(held)
  const cuts = parts.some((part) => /^(cut|end) /.test(part))
  // five bytes are the end of a chunked body (RFC 9112 §7.1)
  if (action.includes('write 5 bytes, cut fin'))
    return `ended properly${sideWords(/cut fin(.*)$/.exec(action)?.[1] ?? '')}`
  const said = parts.map((part) => (cuts && part.startsWith('wait ') ? '' : partWords(part)))
  return said.filter((part) => part !== '').join(', ')
}

const CUTS: { readonly [how: string]: string } = { rst: 'reset', fin: 'closed', hang: 'left hanging' }

const PARTS: readonly (readonly [RegExp, (...found: string[]) => string])[] = [
  [/^wait (.+)$/, (time = '') => `delayed by ${time}`],
  [
    /^write (\d+) bytes to connection (\d+)$/,
    (bytes = '', other = '') => `${bytes} bytes put into connection ${other}`,
  ],
  [/^write (\d+) bytes$/, (bytes = '') => `${bytes} bytes put in`],
  [/^reply \d+ bytes$/, () => `answered by the rule`],
  [/^cut (\w+)(.*)$/, (how = '', side = '') => `${CUTS[how] ?? how}${sideWords(side)}`],
  [/^end connection (\d+) (\w+)$/, (other = '', how = '') => `connection ${other} ${CUTS[how] ?? how}`],
  [/^hold until .+$/, () => 'held back'],
  [/^drop$/, () => 'dropped'],
  [/^signal (.+)$/, (signal = '') => `sent ${signal} to the server`],
  [/^exit (.+)$/, (code = '') => `the server ended with code ${code}`],
  [/^stderr (\d+) bytes$/, (bytes = '') => `${bytes} bytes put into stderr`],
]

const partWords = (part: string): string => {
  for (const [form, say] of PARTS) {
    const found = form.exec(part)
    if (found !== null) return say(...found.slice(1))
  }
  return part
}

const sideWords = (side: string): string =>
  side.endsWith('client') ? ' towards the client' : side.endsWith('server') ? ' towards the server' : ''

const breakpointWords = (held: AtBreakpoint | null): string => {
  if (held === null) return 'held at the breakpoint'
  const { state, at, endedAt, deadline, answered } = held
  if (state === 'held' || endedAt === null) return 'waits at the breakpoint'
  const why = answered ? ' by hand' : endedAt >= deadline ? ', for its time was over' : ''
  return `held ${spanWords(endedAt - at)}, then ${ENDS[state]}${state === 'client-left' || state === 'lost' ? '' : why}`
}

const ENDS: Readonly<Record<HeldState, string>> = {
  held: 'held',
  sent: 'sent',
  edited: 'edited',
  dropped: 'dropped',
  'client-left': 'left by its client, so nobody got it',
  lost: 'lost with its connection',
}

/** `715 µs`, `1.75 s`. */
const spanWords = (us: number): string => {
  if (us < 1000) return `${us} µs`
  if (us < 1_000_000) return `${Number((us / 1000).toPrecision(3))} ms`
  return `${(us / 1_000_000).toFixed(us < 10_000_000 ? 2 : 1)} s`
}

/** `tools/call echo to the client, the 2nd of session 3`: what one draw is about. */
export function scopeWords(scope: string): string {
  const found = /^message (c2s|s2c) (.+?) (\d+)( session .+)?$/.exec(scope)
  if (found === null) return scope
  const [, direction, name = '', count = '', session = ''] = found
  return `${name} to the ${direction === 'c2s' ? 'server' : 'client'}, the ${nth(Number(count))}${session === '' ? '' : ` of${session}`}`
}

const nth = (count: number): string => {
  const ending = count % 100 >= 11 && count % 100 <= 13 ? 'th' : ({ 1: 'st', 2: 'nd', 3: 'rd' }[count % 10] ?? 'th')
  return `${count}${ending}`
}
