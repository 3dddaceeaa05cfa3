import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'
import { withRaw } from './unit.ts'
import { fields } from './values.ts'

export interface HeadersOptions {
  readonly set: Readonly<Record<string, string>>
  readonly remove: readonly string[]
  readonly on: 'request' | 'response'
}

/** Sets and removes header fields: `Mcp-Session-Id` stripped by a gateway, a wrong `Content-Type`, a missing `Accept`. */
export const headers: Fault<HeadersOptions> = {
  type: 'headers',
  level: 2,
  summary: 'sets and removes header fields of requests or responses',
  needs: 'units',
  applies: ['http', 'sse', 'websocket'],
  narrow: ({ on }) => (on === 'request' ? 'dir:c2s' : 'dir:s2c -kind:event -kind:end'),
  direction: 'both',
  per: 'message',
  options: z
    .strictObject({
      set: fields
        .default({})
        .describe('Fields to set, replacing those of that name')
        .meta({ examples: [{ 'Content-Type': 'text/plain' }] }),
      remove: z.array(z.string()).default([]).describe('Names of fields to take out'),
      on: z.enum(['request', 'response']).default('response').describe('Whose head'),
    })
    .refine(({ set, remove }) => Object.keys(set).length + remove.length > 0, 'needs something to set or to remove'),
  explain: ({ set, remove, on }) =>
    [
      ...(Object.keys(set).length > 0 ? [`sets ${Object.keys(set).join(', ')}`] : []),
      ...(remove.length > 0 ? [`removes ${remove.join(', ')}`] : []),
    ].join(' and ') + ` in the ${on} heads of {it}`,
  stage: ({ set, remove }) => {
    const changes = { ...Object.fromEntries(remove.map((name) => [name, null])), ...set }
    return (event) => {
      if (event.kind !== 'frame') return event.kind === 'start' || event.kind === 'tick' ? [] : [pass(event)]
      const raw = event.meaning.withHead(changes)
      return [pass(raw === null ? event : withRaw(event, raw))]
    }
  },
}
