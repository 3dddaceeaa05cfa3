import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'
import type { FaultFrame } from './unit.ts'

/** Answers come on another event stream of the session than the one their request opened. */
export const wrongStream: Fault<Record<string, never>> = {
  type: 'wrong-stream',
  level: 3,
  summary: 'delivers answers on another event stream of the session',
  needs: 'units',
  applies: ['http'],
  direction: 's2c',
  per: 'session',
  options: z.strictObject({}),
  explain: () => 'delivers answers on another of the session’s event streams',
  stage: (_options, tools) => {
    /** The newest unit of each stream that is open. */
    const open = new Map<number, FaultFrame>()
    return (event) => {
      if (event.kind === 'start' || event.kind === 'tick') return []
      if (event.kind === 'end') open.delete(event.connection)
      if (event.kind !== 'frame') return [pass(event)]
      const { json, subject } = event.meaning
      if (subject.kind === 'end') open.delete(event.connection)
      else if (subject.stream !== null) open.set(event.connection, event)
      if (json === null || subject.kind !== 'event') return [pass(event)]
      if (!subject.messages.some(({ kind }) => kind === 'response' || kind === 'error')) return [pass(event)]
      const other = [...open].find(([connection]) => connection !== event.connection)
      const bytes = other?.[1].meaning.another(json) ?? other?.[1].meaning.block(`data: ${json}`)
      if (other === undefined || bytes === null || bytes === undefined) {
        tools.notApplied('no other stream is open')
        return [pass(event)]
      }
      return [{ do: 'write', bytes, to: { connection: other[0], direction: 's2c' } }]
    }
  },
}
