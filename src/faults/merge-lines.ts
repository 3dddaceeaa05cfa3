import { z } from 'zod'
import type { Fault } from './fault.ts'
import { changeLines } from './line-change.ts'

/** A line loses its end: it and the next one become one. */
export const mergeLines: Fault<Record<string, never>> = {
  type: 'merge-lines',
  level: 'stdio',
  summary: 'joins a line with the next one',
  needs: 'units',
  applies: ['stdio'],
  direction: 's2c',
  per: 'message',
  options: z.strictObject({}),
  explain: () => 'joins lines with the next one',
  stage: () => changeLines((raw) => (raw.at(-1) === 10 ? raw.subarray(0, raw.at(-2) === 13 ? -2 : -1) : null)),
}
