import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { personaNamed, personaNames, readPersona, shippedPersonas } from '../../src/config/personas.ts'
import { parseRules } from '../../src/faults/rules/document.ts'
import { personaRules } from '../../src/faults/personas.ts'

const NAMES = [
  'aws-alb-60s',
  'aws-nlb-350s',
  'cloudflare-idle',
  'crash',
  'flaky-3g',
  'gzip-dev-server',
  'laptop-sleep',
  'nginx-default',
  'nginx-sse-ok',
  'overload',
  'parser-torture',
  'replica-without-stickiness',
  'rolling-deploy',
  'slow-tool',
  'token-expiry',
  'undici-300s',
  'wifi-switch',
]

test('these personas come with the program', () => {
  expect(personaNames()).toEqual(NAMES)
  expect(shippedPersonas().map(({ name }) => name)).toEqual(NAMES)
})

describe.each(NAMES)('%s', (name) => {
  const persona = personaNamed(name)

  test('says what it imitates, what is seen and what to do, in sentences', () => {
    for (const text of [persona.imitates, persona.symptom, persona.remedy, ...persona.notImitated])
      expect(text).toMatch(/^([A-Z]|nginx )(?!.*\s\s).*\.$/s)
    for (const { fact, source } of persona.facts) expect([fact, source].join(' ')).not.toMatch(/\s\s|\n/)
  })

  test('has rules that hold sixty times as fast as well', () => {
    const rules = personaRules(persona, { faster: 60 })
    expect(parseRules(rules).rules.map(({ id }) => id)).toEqual(persona.rules.map(({ id }) => id))
  })
})

test('another name is refused with the nearest there is', () => {
  expect(() => personaNamed('aws-alb-60')).toThrow(
    expect.objectContaining({ code: 'NOT_FOUND', hint: 'Did you mean aws-alb-60s?' }) as Error,
  )
  expect(() => personaNamed('../tools/oxlint')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }) as Error)
})

test('a text that is no YAML is refused with its line', () => {
  expect(() => readPersona('name: a\nrules: [')).toThrow(/^The persona cannot be read: line 2: /)
})

test('YAML and JSON are read', () => {
  const source = {
    name: 'late',
    title: 'Late',
    imitates: 'A network.',
    facts: [{ fact: 'It is late.', basis: 'measured', source: 'a clock', when: '2026' }],
    symptom: 'It is late.',
    remedy: 'Wait.',
    rules: [{ fault: 'latency', delay: '1s' }],
  }
  expect(readPersona(JSON.stringify(source)).rules[0]?.id).toBe('late/latency')
})

test('the table of personas says what their files say (else: npm run build && node config/tools/fault-table.mjs)', () => {
  const readme = readFileSync(new URL('../../src/faults/README.md', import.meta.url), 'utf8')
  const [, section = ''] = /<!-- personas: generated[^\n]*-->\n([^]*)<!-- end of personas -->/.exec(readme) ?? []
  const [, , ...rows] = section.split('\n').filter((line) => line.startsWith('|'))
  const cells = rows.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  expect(cells).toEqual(shippedPersonas().map(({ name, imitates, symptom }) => [`\`${name}\``, imitates, symptom]))
})
