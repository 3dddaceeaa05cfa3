import { z } from 'zod'
import type { Fault } from './fault.ts'
import { changeJson, isAnswer } from './json-change.ts'

const AS = {
  mismatch: 'an id nobody asked with',
  null: 'the id null',
  string: 'their id as another type',
  reuse: 'the id of the answer before',
} as const

export interface RpcIdOptions {
  readonly as: keyof typeof AS
}

/** Answers with the wrong id: the client waits on, or takes them for another's. */
export const rpcId: Fault<RpcIdOptions> = {
  type: 'rpc-id',
  level: 3,
  summary: 'gives answers the wrong JSON-RPC id',
  needs: 'units',
  applies: ['http', 'sse', 'websocket', 'stdio'],
  narrow: 'dir:s2c (kind:response or kind:error)',
  direction: 's2c',
  per: 'message',
  options: z.strictObject({
    as: z.enum(['mismatch', 'null', 'string', 'reuse']).default('mismatch').describe('What is wrong with it'),
  }),
  explain: ({ as }) => `gives answers ${AS[as]}`,
  stage: ({ as }, tools) =>
    changeJson((message, { meaning }) => {
      if (!isAnswer(message)) return undefined
      const { id } = message
      const key = `last ${meaning.subject.session ?? ''}`
      const before = tools.shared.get(key)
      tools.shared.set(key, id)
      const other = {
        mismatch: typeof id === 'number' ? id + 1_000_000 : `${String(id)}-mitmcp`,
        null: null,
        string: typeof id === 'number' ? String(id) : Number.parseInt(String(id), 10) || 0,
        reuse: before,
      }[as]
      return other === undefined ? undefined : { ...message, id: other }
    }, tools),
}
