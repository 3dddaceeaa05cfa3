import { z } from 'zod'
import type { Fault } from './fault.ts'
import { changeLines } from './line-change.ts'

/** A line begins with a byte order mark, as the first one of a server does that writes UTF-8 with signature. */
export const bom: Fault<Record<string, never>> = {
  type: 'bom',
  level: 'stdio',
  summary: 'puts a byte order mark in front of a line',
  needs: 'units',
  applies: ['stdio'],
  direction: 's2c',
  per: 'message',
  options: z.strictObject({}),
  explain: () => 'puts a byte order mark in front of lines',
  stage: () => changeLines((raw) => Buffer.concat([BOM, raw])),
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf])
