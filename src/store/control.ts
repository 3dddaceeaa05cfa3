/** Writes rules and answers for processes that record into a capture: each call is one transaction that raises `control.revision`. */
import type { Database } from 'better-sqlite3'
import { ProxyError } from '../errors.ts'
import { HELD, heldRow, type Record } from './columns.ts'
import { liveInstances, pickInstance } from './live-instances.ts'
import { openCapture } from './open.ts'
import { ruleRows } from './rule-rows.ts'
import { ruleTable, type RuleTable } from './rule-table.ts'
import type { HeldAnswer, HeldRow, HeldState, InstanceRow, RuleRow, WrittenRule } from './rows.ts'

/** A rule that was checked by whoever gives it. */
export interface NewRule {
  readonly source: WrittenRule
  readonly sentence: string
  /** Default true. */
  readonly enabled?: boolean
  /** Its id: the one it names, or one that is none of these, which are taken where it will be in force. */
  id(taken: ReadonlySet<string>): string
}

/** Which process. Default: the one there is. `instance`: id of its row, pid, tap name, or part of its URL or target. */
export interface Where {
  readonly instance?: string | number
  /** All that record into this capture, now and as long as one of them runs. */
  readonly everywhere?: boolean
}

/** Throws `INSTANCE_NONE`, `INSTANCE_AMBIGUOUS` (the message lists them), `NOT_FOUND`, `RULE_INVALID`. */
export interface Control {
  /** Processes that rules can be given to. */
  instances(): InstanceRow[]
  addRule(rule: NewRule, where?: Where): RuleRow
  /** All of them or none. */
  addRules(rules: readonly NewRule[], where?: Where): RuleRow[]
  /** Its next version, on or off. */
  setEnabled(id: string, enabled: boolean, where?: Where): RuleRow
  /** Its next version, another rule in the place of what it was: its name, its place and its counters go on, and it stays on or off. */
  changeRule(id: string, rule: Omit<NewRule, 'id'>, where?: Where): RuleRow
  removeRule(id: string, where?: Where): RuleRow
  /** One rule, or all of a persona. */
  removeRules(id: string, where?: Where): RuleRow[]
  /** Ends these rules, each id that of a rule or of a persona, or all there are, in every process or the named one. Gives those it ended. */
  heal(ids?: readonly string[], where?: Where): RuleRow[]
  /** `NOT_FOUND` when it does not wait (any more). The last answer before it is acted upon counts. */
  answerHeld(id: number, answer: HeldAnswer): HeldRow
  /** Counts what was written, by anybody. */
  revision(): number
  /** Processes that live and are meant by these rules, in which not everything acts that was written up to this revision. */
  behind(revision: number, rules: readonly Pick<RuleRow, 'instance'>[]): InstanceRow[]
  close(): void
}

/** Opens an existing capture. Throws as `openCapture`. `now`: microseconds since the epoch. */
export function openControl(path: string, now: () => number = () => Date.now() * 1000): Control {
  const db = openCapture(path, { readonly: false })
  return { ...controlOf(db, now), close: () => void db.close() }
}

function controlOf(db: Database, now: () => number): Omit<Control, 'close'> {
  const rules = ruleTable(db)
  const rows = ruleRows(db)
  const write = <T>(body: () => T): T => db.transaction(body).immediate()
  const live = (): InstanceRow[] => liveInstances(db, now())
  /** Undefined: wherever the rule is. */
  const named = ({ instance, everywhere }: Where): number | null | undefined => {
    if (everywhere === true) return null
    return instance === undefined ? undefined : pickInstance(live(), instance).id
  }
  const current = (id: string, where: Where): RuleRow => {
    const found = there(where).filter((rule) => rule.id === id)
    const [only] = found
    if (only !== undefined && found.length === 1) return only
    if (only === undefined) throw noRule(id, inForce(), live())
    throw ambiguous(id, found, live())
  }
  const add = ({ id, source, sentence, enabled = true }: NewRule, where: Where): RuleRow => {
    const instance = where.everywhere === true ? null : pickInstance(live(), where.instance).id
    const taken = new Set(
      inForce().flatMap((rule) =>
        instance === null || rule.instance === null || rule.instance === instance ? [rule.id] : [],
      ),
    )
    const name = id(taken)
    if (taken.has(name)) throw idTaken(name)
    const key = rules.begin({ id: name, instance, origin: 'control', source, sentence, enabled }, now())
    return rows.byKey(key, now())
  }
  const end = (rule: RuleRow, why: 'removed' | 'healed'): RuleRow => ended(rules, rows.byKey, rule, why, now())
  const inForce = (): RuleRow[] => rows.list(now()).filter(({ endedAt }) => endedAt === null)
  const there = (where: Where): RuleRow[] => {
    const at = named(where)
    return inForce().filter(({ instance }) => at === undefined || instance === at)
  }

  return {
    instances: live,
    addRule: (rule, where = {}) => write(() => add(rule, where)),
    addRules: (given, where = {}) => write(() => given.map((rule) => add(rule, where))),
    setEnabled: (id, enabled, where = {}) =>
      write(() => {
        const rule = current(id, where)
        return rule.enabled === enabled ? rule : rows.byKey(rules.next(rule.key, { enabled }, now()), now())
      }),
    changeRule: (id, { source, sentence, enabled }, where = {}) =>
      write(() => {
        const rule = current(id, where)
        if (rule.origin === 'file') throw ofFile(id)
        const patch = { source: { ...source, id }, sentence, ...(enabled === undefined ? {} : { enabled }) }
        return rows.byKey(rules.next(rule.key, patch, now()), now())
      }),
    ...endingOf({ write, current, end, there, none: (id) => noRule(id, inForce(), live()) }),
    ...progressOf(db, live),
    answerHeld: (id, answer) => write(() => answerOf(db, rules, id, answer, now())),
  }
}

/** What ends rules: `there` are those in force in a place, `none` says that it is not one of them. */
function endingOf({
  write,
  current,
  end,
  there,
  none,
}: {
  write<T>(body: () => T): T
  current(id: string, where: Where): RuleRow
  end(rule: RuleRow, why: 'removed' | 'healed'): RuleRow
  there(where: Where): readonly RuleRow[]
  none(id: string): ProxyError
}): Pick<Control, 'removeRule' | 'removeRules' | 'heal'> {
  return {
    removeRule: (id, where = {}) => write(() => end(current(id, where), 'removed')),
    removeRules: (id, where = {}) =>
      write(() => {
        const meant = rulesNamed(there(where), id)
        const several = meant.length > 0 && meant.every((rule) => rule.id !== id)
        return (several ? meant : [current(id, where)]).map((rule) => end(rule, 'removed'))
      }),
    heal: (ids, where = {}) =>
      write(() => {
        const all = there(where)
        for (const id of ids ?? []) if (rulesNamed(all, id).length === 0) throw none(id)
        const meant = ids === undefined ? all : [...new Set(ids.flatMap((id) => rulesNamed(all, id)))]
        return meant.map((rule) => end(rule, 'healed'))
      }),
  }
}

/** How far processes have come with what was written. */
function progressOf(db: Database, live: () => readonly InstanceRow[]): Pick<Control, 'revision' | 'behind'> {
  const revision = db.prepare('SELECT revision FROM control').pluck()
  const inForce = db.prepare('SELECT in_force FROM instance WHERE id = ?').pluck()
  return {
    revision: () => revision.get() as number,
    behind(upTo, rules) {
      const isMeant = ({ id }: InstanceRow): boolean =>
        rules.some(({ instance }) => instance === null || instance === id)
      return live().filter((process) => isMeant(process) && (inForce.get(process.id) as number) < upTo)
    },
  }
}

function ended(
  rules: RuleTable,
  byKey: (key: number, now: number) => RuleRow,
  { key }: RuleRow,
  why: 'removed' | 'healed',
  now: number,
): RuleRow {
  rules.end(key, why, now)
  return byKey(key, now)
}

function answerOf(db: Database, rules: RuleTable, id: number, answer: HeldAnswer, now: number): HeldRow {
  const payload = answer.do === 'edit' ? answer.payload : null
  const sql = `UPDATE held SET answer = ?, answer_payload = ? WHERE id = ? AND state = 'held'`
  if (db.prepare(sql).run(answer.do, payload, id).changes === 0) {
    const state = db.prepare('SELECT state FROM held WHERE id = ?').pluck().get(id) as HeldState | undefined
    const became = state === undefined ? '' : ` What became of it: ${state}.`
    throw new ProxyError('NOT_FOUND', `There is no message ${id} that waits.${became}`, {
      hint: 'They wait until their deadline, or until their client leaves.',
    })
  }
  const row = heldRow(db.prepare(`SELECT ${HELD} WHERE held.id = ?`).get(id) as Record)
  rules.changed({ instance: row.instance, held: [id] }, now)
  return row
}

/** The rule of that name, else those of a persona, whose names begin with its own. */
function rulesNamed(rules: readonly RuleRow[], id: string): readonly RuleRow[] {
  const own = rules.filter((rule) => rule.id === id)
  return own.length > 0 ? own : rules.filter((rule) => rule.id.startsWith(`${id}/`))
}

/** There is none of that name where it was looked for. */
function noRule(id: string, rules: readonly RuleRow[], live: readonly InstanceRow[]): ProxyError {
  const elsewhere = rules.filter((rule) => rule.id === id)
  if (elsewhere.length > 0) {
    const places = elsewhere.map((rule) => placeText(rule, live)).join(', ')
    return new ProxyError('NOT_FOUND', `There is no rule ${id} in force there; it acts in ${places}.`, {
      hint: waysOut(id, elsewhere),
    })
  }
  const there = rules.length === 0 ? 'There are no rules.' : `There are: ${rules.map((rule) => rule.id).join(', ')}.`
  return new ProxyError('NOT_FOUND', `There is no rule ${id} in force.`, { hint: there })
}

function ofFile(id: string): ProxyError {
  return new ProxyError(
    'RULE_INVALID',
    `The rule ${id} is of the rule file of its process, which would change it back.`,
    {
      hint: 'Change it there: that acts at once. Or switch it off, and make another like it.',
    },
  )
}

function idTaken(id: string): ProxyError {
  return new ProxyError('RULE_INVALID', `The rule is not valid: id: ${id} is the name of a rule that is in force.`, {
    hint: `Leave out id for another name, or end that one first: mitmcp fault rm ${id}`,
  })
}

function ambiguous(id: string, found: readonly RuleRow[], live: readonly InstanceRow[]): ProxyError {
  const where = found.map((rule) => placeText(rule, live)).join(', ')
  return new ProxyError('INSTANCE_AMBIGUOUS', `There is a rule ${id} in several places: ${where}.`, {
    hint: waysOut(id, found),
  })
}

function placeText({ instance }: RuleRow, live: readonly InstanceRow[]): string {
  const process = live.find((each) => each.id === instance)
  if (process !== undefined) return `${process.id} (${process.role}, pid ${process.pid})`
  return instance === null ? 'all processes' : `${instance}`
}

/** What to say to reach one of them, or all. */
function waysOut(id: string, found: readonly RuleRow[]): string {
  const flags = found.map(({ instance }) => (instance === null ? '--everywhere' : `--instance ${instance}`))
  const [last = '', ...before] = flags.toReversed()
  const which = before.length === 0 ? last : `${before.toReversed().join(', ')} or ${last}`
  return `Say which one: ${which}; or end all of that name: mitmcp fault heal ${id}`
}
