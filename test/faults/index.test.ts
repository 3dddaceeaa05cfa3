import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { AnyFault } from '../../src/faults/fault.ts'
import { faultOf, faults } from '../../src/faults/index.ts'
import { ENVELOPE } from '../../src/faults/rules/rule.ts'

interface OptionSchema {
  readonly description?: string
}

const optionsOf = (fault: AnyFault): [string, OptionSchema][] =>
  Object.entries((z.toJSONSchema(fault.options, { io: 'input' }).properties ?? {}) as Record<string, OptionSchema>)

/** What is wrong with the shape of a fault, in words. */
function wrongIn(fault: AnyFault): string[] {
  const wrong: string[] = []
  const kebab = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
  if (!kebab.test(fault.type)) wrong.push('its type is not kebab-case')
  if (fault.summary === '' || /[.\n]$/.test(fault.summary) || fault.summary.startsWith(fault.type))
    wrong.push('summary')
  if (fault.applies.length === 0) wrong.push('applies to nothing')
  for (const [name, { description }] of optionsOf(fault)) {
    if ((ENVELOPE as readonly string[]).includes(name)) wrong.push(`${name} is a word of the envelope`)
    if (!kebab.test(name)) wrong.push(`${name} is not kebab-case`)
    if (description === undefined) wrong.push(`${name} has no description`)
  }
  const acts = {
    bytes: fault.stage,
    units: fault.stage,
    process: fault.starting,
    listener: fault.admit,
    dial: fault.dial,
  }
  if (acts[fault.needs] === undefined && fault.closesPort === undefined)
    wrong.push(`needs ${fault.needs}, does nothing`)
  if (z.toJSONSchema(fault.options, { io: 'input' }).additionalProperties !== false) {
    wrong.push('takes options it does not know: make them a z.strictObject')
  }
  return wrong
}

describe('every fault', () => {
  test.each(faults.map((fault) => [fault.type, fault] as const))('%s has the shape of one', (_, fault) => {
    expect(wrongIn(fault)).toEqual([])
  })

  test('has a type of its own, by which it is found', () => {
    expect(new Set(faults.map(({ type }) => type)).size).toBe(faults.length)
    expect(faults.map(({ type }) => faultOf(type))).toEqual(faults)
    expect(faultOf('no-such-fault')).toBeUndefined()
  })
})

/** Faults that a file of the room exports and the registry lacks. */
async function missingIn(registry: readonly AnyFault[]): Promise<string[]> {
  const folder = new URL('../../src/faults/', import.meta.url)
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts'))
  const rooms = await Promise.all(files.map((name) => import(new URL(name, folder).href) as Promise<object>))
  return rooms
    .flatMap((room) => Object.values(room) as unknown[])
    .filter((value): value is AnyFault => typeof value === 'object' && value !== null && 'explain' in value)
    .flatMap((fault) => (registry.includes(fault) ? [] : [fault.type]))
}

test('every fault that has a file is in the registry', async () => {
  expect(await missingIn(faults)).toEqual([])
})

test('a fault that is not would be found', async () => {
  expect(await missingIn(faults.filter(({ type }) => type !== 'exit'))).toEqual(['exit'])
})

test('a fault of the wrong shape would be caught', () => {
  const wrong = wrongIn({
    type: 'Bad_Name',
    level: 1,
    summary: 'does harm.',
    needs: 'units',
    applies: [],
    direction: 'both',
    per: 'connection',
    options: z.object({ times: z.string().describe('x'), someThing: z.number() }),
    explain: () => '',
  })
  expect(wrong).toEqual([
    'its type is not kebab-case',
    'summary',
    'applies to nothing',
    'times is a word of the envelope',
    'someThing is not kebab-case',
    'someThing has no description',
    'needs units, does nothing',
    'takes options it does not know: make them a z.strictObject',
  ])
})

const readme = readFileSync(new URL('../../src/faults/README.md', import.meta.url), 'utf8')
const [, section = ''] = /<!-- faults: generated[^\n]*-->\n([^]*)<!-- end of faults -->/.exec(readme) ?? []
const rows = section
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
const [head = [], , ...body] = rows
const transports = head.slice(2, -1)

test('the table of faults says what the registry says (else: npm run build && node config/tools/fault-table.mjs)', () => {
  expect(
    body.map(([type, level, ...cells]) => ({
      type,
      level,
      applies: transports.filter((_, at) => cells[at] === '✓'),
      summary: cells.at(-1),
    })),
  ).toEqual(
    faults.map(({ type, level, applies, summary }) => ({
      type: `\`${type}\``,
      level: String(level),
      applies: transports.filter((each) => (applies as readonly string[]).includes(each)),
      summary,
    })),
  )
})

test('no transport of a fault is missing from it', () => {
  expect(faults.flatMap(({ applies }) => applies).filter((each) => !transports.includes(each))).toEqual([])
})
