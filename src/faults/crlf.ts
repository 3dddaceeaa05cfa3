import { z } from 'zod'
import type { Fault } from './fault.ts'
import { changeLines } from './line-change.ts'

/** Lines end with CRLF, as a server on Windows writes them that opened its stdout as text. */
export const crlf: Fault<Record<string, never>> = {
  type: 'crlf',
  level: 'stdio',
  summary: 'ends lines with CRLF',
  needs: 'units',
  applies: ['stdio'],
  direction: 's2c',
  per: 'message',
  options: z.strictObject({}),
  explain: () => 'ends lines with CRLF',
  stage: () =>
    changeLines((raw) => (raw.at(-1) !== 10 || raw.at(-2) === 13 ? null : Buffer.concat([raw.subarray(0, -1), CRLF]))),
}

const CRLF = Buffer.from('\r\n')
