import type {
  ApiError,
  DecisionRow,
  FrameRow,
  HeldAnswer,
  HeldRow,
  PersonaCard,
  RuleRow,
  WrittenRule,
} from '../../src/api/contract.ts'
import { faults } from '../../src/faults/index.ts'
import { parseRule } from '../../src/faults/rules/parse.ts'
import { ruleProblemsOf } from '../../src/faults/rules/problem.ts'
import { envelopeSchema, optionSchema } from '../../src/faults/rules/schema.ts'
import { freeId } from '../../src/faults/rules/document.ts'
import { explainRule } from '../../src/faults/rules/sentence.ts'

/** Rules of the mock API: real registry, parser and sentences, made-up hits. */
export interface MockFaults {
  /** The answer; undefined where there is no such route. */
  readonly answer: (method: string, url: URL, body: unknown) => { status: number; body: unknown } | undefined
  readonly inForce: () => readonly RuleRow[]
  /** Puts a rule in force. */
  readonly add: (rule: WrittenRule, change?: Partial<RuleRow>) => RuleRow
  /** Lets rules do something, and tells it. */
  readonly hit: (id: string, hits: Partial<RuleRow>) => void
  /** A message begins to wait. */
  readonly hold: (change?: Partial<HeldRow>) => HeldRow
  /** Answers given to held messages, by their id. */
  readonly answers: Map<number, HeldAnswer>
  readonly personas: PersonaCard[]
}

interface MockFaultOptions {
  /** Told of whatever changes. */
  readonly changed: (change: { rules: readonly RuleRow[]; held: readonly HeldRow[] }) => void
  /** Frames a dry run finds. */
  readonly frames: () => readonly FrameRow[]
}

const now = () => Date.now() * 1000

export function createMockFaults({ changed, frames }: MockFaultOptions): MockFaults {
  const rules = new Map<number, RuleRow>()
  const held = new Map<number, HeldRow>()
  const answers = new Map<number, HeldAnswer>()
  const personas: PersonaCard[] = [lateStart]
  const inForce = () => [...rules.values()].filter(({ endedAt }) => endedAt === null)
  const put = (row: RuleRow) => {
    rules.set(row.key, row)
    changed({ rules: [row], held: [] })
    return row
  }
  const add: MockFaults['add'] = (source, change = {}) => {
    const rule = parseRule(source)
    const taken = new Set(inForce().map(({ id }) => id))
    return put({
      key: rules.size + 1,
      id: source['id'] === undefined ? freeId(rule.id, taken) : rule.id,
      revision: 1,
      instance: 1,
      origin: 'control',
      source,
      sentence: explainRule(rule),
      enabled: true,
      createdAt: now(),
      endedAt: null,
      endedWhy: null,
      matched: 0,
      fired: 0,
      notApplied: 0,
      lastAt: null,
      ...change,
    })
  }
  const end = (row: RuleRow, endedWhy: RuleRow['endedWhy']) => put({ ...row, endedAt: now(), endedWhy })
  const next = (row: RuleRow, change: Partial<RuleRow>) => {
    end(row, 'replaced')
    return put({ ...row, key: rules.size + 1, revision: row.revision + 1, createdAt: now(), ...change })
  }
  const hit: MockFaults['hit'] = (id, hits) => {
    const row = inForce().find((rule) => rule.id === id)
    if (row !== undefined) put({ ...row, lastAt: now(), ...hits })
  }
  const hold: MockFaults['hold'] = (change = {}) => {
    const row: HeldRow = { ...heldMessage(held.size + 1), ...change }
    held.set(row.id, row)
    changed({ rules: [], held: [row] })
    return row
  }
  const release = (id: number, answer: HeldAnswer) => {
    const row = held.get(id)
    if (row?.state !== 'held') return undefined
    answers.set(id, answer)
    const states = { send: 'sent', drop: 'dropped', edit: 'edited' } as const
    const over: HeldRow = { ...row, state: states[answer.do], endedAt: now(), answer }
    held.set(id, over)
    changed({ rules: [], held: [over] })
    return over
  }

  const onRules = (method: string, id: string | undefined, query: URLSearchParams, body: Body): unknown => {
    if (id === 'heal')
      return inForce()
        .filter((row) => body.ids?.includes(row.id) ?? true)
        .map((row) => end(row, 'healed'))
    if (id === 'explain') return reading(body.rule)
    if (id === 'dry-run') return { searched: 1000, hits: 12, frames: frames() }
    if (method === 'GET' && query.has('versions')) return [...rules.values()]
    if (method === 'GET')
      return query.has('all') ? [...rules.values()].filter(({ endedWhy }) => endedWhy !== 'replaced') : inForce()
    if (method === 'POST') return (body.rules ?? []).map((rule) => add(rule))
    const row = inForce().find((rule) => rule.id === id)
    if (row === undefined) return undefined
    if (method === 'PUT' && body.rule !== undefined) {
      const source = body.rule as WrittenRule
      return next(row, { source, sentence: reading(source).sentence ?? '' })
    }
    return method === 'DELETE' ? end(row, 'removed') : next(row, { enabled: body.enabled ?? row.enabled })
  }
  const routes = (method: string, { pathname, searchParams }: URL, body: Body): unknown => {
    const [, , noun, part] = pathname.split('/')
    const id = part === undefined ? undefined : decodeURIComponent(part)
    switch (noun) {
      case 'rules':
        return onRules(method, id, searchParams, body)
      case 'faults':
        return {
          faults: faults.map((fault) => ({ ...fault, options: optionSchema(fault) })),
          envelope: envelopeSchema(),
        }
      case 'personas':
        return personas
      case 'held':
        return id === undefined
          ? [...held.values()].filter(({ state }) => state === 'held')
          : release(Number(id), body as unknown as HeldAnswer)
      default:
        return undefined
    }
  }
  return {
    inForce,
    add,
    hit,
    hold,
    answers,
    personas,
    answer: (method, url, body) => {
      try {
        const answer = routes(method, url, (body ?? {}) as Body)
        return answer === undefined ? undefined : { status: 200, body: answer }
      } catch (error) {
        const { message } = error as Error
        return { status: 400, body: { code: 'RULE_INVALID', message, hint: '' } satisfies ApiError }
      }
    },
  }
}

interface Body {
  readonly ids?: readonly string[]
  readonly rule?: WrittenRule
  readonly rules?: readonly WrittenRule[]
  readonly enabled?: boolean
}

function reading(rule: unknown) {
  try {
    return { sentence: explainRule(parseRule(rule)), problems: [] }
  } catch (error) {
    return { sentence: null, problems: ruleProblemsOf(error) }
  }
}

const heldMessage = (id: number): HeldRow => ({
  id,
  instance: 1,
  connection: 1,
  direction: 'c2s',
  offset: 0,
  at: now(),
  rule: 'stop-calls',
  deadline: now() + 60_000_000,
  payload: '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"search_issues","arguments":{"q":"late"}}}',
  kind: 'request',
  method: 'tools/call',
  tool: 'search_issues',
  client: 'editor 1.2',
  session: 'k3v9x2ab',
  server: 'shop',
  state: 'held',
  endedAt: null,
  answer: null,
})

const lateStart: PersonaCard = {
  name: 'slow-start',
  title: 'A server that wakes up slowly',
  imitates: 'A function that is started on the first request and answers everything late for a while.',
  facts: [
    {
      fact: 'A cold start takes between 0.1 and more than 1 s.',
      basis: 'documented',
      source: 'AWS Lambda, operator guide, cold starts',
      when: '2024-06',
    },
  ],
  symptom: 'The first answer comes after seconds, later ones at once.',
  remedy: 'Raise the time-out of the first request, or keep the function warm.',
  notImitated: ['The second start beside the first, under load'],
  rules: [{ id: 'slow-start.first', fault: 'latency', delay: '2s', for: '30s' }],
  sentences: ['delays all traffic by 2 s, for 30 s'],
}

/** A decision about a frame. */
export const decisionRow = (id: number, change: Partial<DecisionRow> = {}): DecisionRow => ({
  id,
  instance: 1,
  rule: 'drop',
  revision: 1,
  connection: 1,
  session: 's',
  direction: 's2c',
  offset: 0,
  length: 10,
  frame: 1,
  at: id * 1000,
  scope: 'message s2c tools/call search 3',
  draw: 0.25,
  fired: true,
  action: 'drop',
  said: change.action ?? 'dropped',
  about: 'tools/call search to the client, the 3rd',
  heldUs: null,
  ...change,
})
