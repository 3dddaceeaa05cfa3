/** The words of a rule that say when, as people write them: shapes, bounds, and what excludes what. */
import { z } from 'zod'
import { parseAfter, parseWindow } from './after.ts'
import { count, duration, oneOf, probability } from '../values.ts'

const text = (error: string) => z.string({ error }).min(1, { error: 'must not be empty' })

/** Names that stand in the record for edits of our own. */
const TAKEN = ['host', 'origin', 'location', 'endpoint', 'framing', 'gate', 'any']

const id = text('must be a name').refine(
  (name) => /^(?=.{1,64}$)[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)?$/.test(name) && !TAKEN.includes(name),
  {
    error: ({ input }) => (TAKEN.includes(String(input)) ? `${String(input)} is a name of ours` : NAME),
  },
)
const NAME = 'must be a name of letters, digits, dots and dashes, 64 at most'

const state = z
  .strictObject(
    {
      requires: text('must be the name of a state').describe('Only for sessions in this state; all begin in `started`'),
      sets: text('must be the name of a state').describe('The state of the session once the rule has fired'),
    },
    { error: 'must be requires and sets, each the name of a state' },
  )
  .partial()
  .refine(({ requires, sets }) => requires !== undefined || sets !== undefined, {
    error: 'must say requires, sets or both',
  })

/** The envelope, its keys in the order people read them. */
export const envelope = z
  .strictObject({
    id: id.describe('Its name in the record, in lists and for heal'),
    fault: text('must be the name of a fault').describe('What is done'),
    match: z
      .string({ error: 'must be a filter, in quotes' })
      .describe('What it is done to, in the filter language; nothing: everything'),
    probability: probability.describe('How likely each match fires'),
    per: oneOf(['connection', 'session', 'stream', 'message']).describe('What one draw covers'),
    skip: count(0).describe('Lets the first matches pass'),
    nth: count(1).describe('Fires at this match only'),
    every: count(1).describe('Fires at every nth match'),
    times: count(1).describe('Fires so many times, then retires'),
    after: text('must be a text such as 2 events, 10kb, 5s or a filter')
      .describe('How much goes by between the match and the damage: 2 events, 3 messages, 20 calls, 10kb, 5s, a filter')
      .transform(read(parseAfter)),
    window: text('must be two time spans such as 10s..40s')
      .describe('When, counted from when the rule became active')
      .transform(read(parseWindow)),
    state: state.describe('Named states of a session'),
    for: duration.refine((ms) => ms > 0, 'must be more than 0').describe('Expires after this time'),
    limit: count(1).describe('So many at the same time'),
    'new-connections-only': z
      .boolean({ error: 'must be true or false' })
      .describe('Leaves alone connections that are open when the rule becomes active'),
    expect: z
      .record(z.string(), z.unknown(), { error: 'must be names with values' })
      .describe('What a verdict expects of client and server'),
    enabled: z.boolean({ error: 'must be true or false' }).describe('false: kept, but off'),
  })
  .partial()

export type Envelope = z.output<typeof envelope>

/** Runs a reader that gives a text where something is wrong. */
function read<Value extends object>(parse: (text: string) => Value | string) {
  return (written: string, context: z.RefinementCtx): Value => {
    let value: Value | string
    try {
      value = parse(written)
    } catch (error) {
      value = (error as Error).message
    }
    if (typeof value !== 'string') return value
    context.addIssue({ code: 'custom', message: value })
    return z.NEVER
  }
}

/** What excludes what: pairs of path and reason. */
export function contradictionsIn({ nth, skip, every, times, window, for: forMs }: Envelope): [string, string][] {
  const found: [string, string][] = []
  if (nth !== undefined) {
    if (skip !== undefined) found.push(['skip', `stands beside nth: write nth: ${nth + skip} alone`])
    if (every !== undefined) found.push(['every', 'stands beside nth: the one fires once, the other again and again'])
    if (times !== undefined) found.push(['times', 'stands beside nth, which fires once anyway'])
  }
  if (window !== undefined && forMs !== undefined && window.from >= forMs) {
    found.push(['window', 'begins when the rule has expired (`for`)'])
  }
  return found
}
