import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'

/** The server's stdout ends while the process lives on: the client reads the end of the stream. */
export const closeStdout: Fault<Record<string, never>> = {
  type: 'close-stdout',
  level: 'stdio',
  summary: 'ends stdout while the server process lives on',
  needs: 'units',
  applies: ['stdio'],
  direction: 's2c',
  per: 'connection',
  eats: () => 'under-way',
  ends: true,
  options: z.strictObject({}),
  explain: () => 'ends stdout while the process lives on',
  stage: () => {
    let over = false
    return (event) => {
      if (event.kind === 'start') {
        over = true
        return [{ do: 'cut', how: 'fin', side: 'client' }]
      }
      return over || event.kind === 'tick' ? [] : [pass(event)]
    }
  },
}
