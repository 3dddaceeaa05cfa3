import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { ProxyError } from '../../errors.ts'
import { freeId, parseRules } from '../../faults/rules/document.ts'
import { parseRule, type Rule } from '../../faults/rules/parse.ts'
import { ruleProblemsOf } from '../../faults/rules/problem.ts'
import { explainRule } from '../../faults/rules/sentence.ts'
import type { NewRule, Where } from '../../store/control.ts'
import { instanceText } from '../../store/live-instances.ts'
import type { Reader, RuleRow, WrittenRule } from '../../store/index.ts'
import { body } from '../body.ts'
import type { DryRun, RuleReading } from '../contract.ts'
import type { Controls, RulesChanged } from '../controls.ts'
import { flag, id, query } from '../query.ts'

/** Frames looked at by a dry run. */
const LAST = 2000
const MOST = 5000
/** Hits it shows. */
const SHOWN = 100

const written = z.custom<WrittenRule>((value) => typeof value === 'object' && value !== null, 'expected a rule')
const newRules = z.strictObject({
  rules: z.array(written).min(1),
  instance: z.number().int().optional(),
  everywhere: z.boolean().optional(),
})
const which = z.strictObject({
  ids: z.array(z.string()).optional(),
  instance: z.number().int().optional(),
  everywhere: z.boolean().optional(),
})
const dryRun = z.strictObject({ rule: written, last: z.number().int().min(1).max(MOST).default(LAST) })

/** `/rules`: what is in force, and what puts it there and takes it away. */
export function ruleRoutes(reader: Reader, controls: Controls): Hono {
  return new Hono()
    .get('/', (c) =>
      c.json(reader.rules(query(c, { all: flag.optional(), versions: flag.optional(), instance: id.optional() }))),
    )
    .post('/', async (c) => {
      query(c, {})
      const { rules, ...where } = await body(c, newRules)
      const parsed = parseRules(rules).rules.map(newRuleOf)
      return told(c, await controls.change((control) => control.addRules(parsed, given(where))))
    })
    .post('/heal', async (c) => {
      query(c, {})
      const { ids, ...where } = await body(c, which)
      return told(c, await controls.change((control) => control.heal(ids, given(where))))
    })
    .post('/explain', async (c) => {
      query(c, {})
      const { rule } = await body(c, z.strictObject({ rule: z.unknown() }))
      return c.json(read(rule))
    })
    .post('/dry-run', async (c) => {
      query(c, {})
      const { rule, last } = await body(c, dryRun)
      return c.json(wouldHit(reader, parseRule(rule), last))
    })
    .patch('/:id', async (c) => {
      const where = whereOf(c)
      const { enabled } = await body(c, z.strictObject({ enabled: z.boolean() }))
      return told(c, await controls.change((control) => control.setEnabled(c.req.param('id'), enabled, where)))
    })
    .put('/:id', async (c) => {
      const where = whereOf(c)
      const { rule } = await body(c, z.strictObject({ rule: written }))
      const id = c.req.param('id')
      const { source, sentence } = newRuleOf(parseRule({ ...rule, id }))
      const { enabled } = rule
      const changed = { source, sentence, ...(typeof enabled === 'boolean' ? { enabled } : {}) }
      return told(c, await controls.change((control) => control.changeRule(id, changed, where)))
    })
    .delete('/:id', async (c) => {
      const where = whereOf(c)
      return told(c, await controls.change((control) => control.removeRule(c.req.param('id'), where)))
    })
}

/** 202 where a process has not said that it acts on it; the header names those. */
const told = <Changed extends RuleRow | readonly RuleRow[]>(c: Context, { changed, behind }: RulesChanged<Changed>) =>
  behind.length === 0
    ? c.json(changed)
    : c.json(changed, 202, { 'mitmcp-behind': encodeURI(behind.map(instanceText).join('; ')) })

const whereOf = (c: Context): Where => given(query(c, { instance: id.optional(), everywhere: flag.optional() }))

/** Absent rather than undefined. */
function given({ instance, everywhere }: { instance?: number | undefined; everywhere?: boolean | undefined }): Where {
  return { ...(instance === undefined ? {} : { instance }), ...(everywhere === undefined ? {} : { everywhere }) }
}

/** A rule that names itself keeps its name; the others take one that is free where they go. */
export function newRuleOf(rule: Rule): NewRule {
  const { source } = rule
  return {
    source: { ...source },
    sentence: explainRule(rule),
    enabled: source.enabled !== false,
    id: (taken) => source.id ?? freeId(rule.fault.type, taken),
  }
}

function read(source: unknown): RuleReading {
  try {
    return { sentence: explainRule(parseRule(source)), problems: [] }
  } catch (error) {
    if (!(error instanceof ProxyError)) throw error
    return { sentence: null, problems: ruleProblemsOf(error) }
  }
}

function wouldHit(reader: Reader, rule: Rule, last: number): DryRun {
  const { rows } = reader.frames({ limit: last })
  const hits = reader.matching(
    rule.filter,
    rows.map((row) => row.id),
  )
  return { searched: rows.length, hits: hits.length, frames: hits.slice(-SHOWN) }
}
