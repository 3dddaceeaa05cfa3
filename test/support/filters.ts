import fc from 'fast-check'
import { KEYS, type Key, type Node, type Subject, type Value } from '../../src/filter/index.ts'

const where = { from: 0, to: 0 }

const word = fc.oneof(
  fc.constantFrom(
    'tools/call',
    'search',
    'a',
    'A',
    'claude',
    'or',
    'and',
    '-x',
    '',
    'a b',
    '"',
    '\\',
    '(',
    'x|y',
    'k:v',
    'é',
    '%_',
    '[?]',
  ),
  fc.string({ maxLength: 4 }).map((text) => text.replaceAll('*', '').replaceAll('\0', '')),
)

/** No wildcards within wildcards: what the parser makes. */
const pattern = (text: fc.Arbitrary<string> = word): fc.Arbitrary<Value> =>
  fc
    .array(text, { minLength: 1, maxLength: 3 })
    .map((parts) => parts.filter((part, i) => i === 0 || i === parts.length - 1 || part !== ''))
    .map((parts) => ({ kind: 'pattern', parts, ...where }))

const range = (numbers: fc.Arbitrary<number>): fc.Arbitrary<Value> =>
  fc.oneof(
    numbers.map((low) => ({ kind: 'range' as const, low, high: low, lowOpen: false, highOpen: false, ...where })),
    fc.tuple(numbers, numbers).map(([a, b]) => ({
      kind: 'range' as const,
      low: Math.min(a, b),
      high: Math.max(a, b),
      lowOpen: false,
      highOpen: false,
      ...where,
    })),
    fc
      .tuple(numbers, fc.boolean())
      .map(([low, lowOpen]) => ({ kind: 'range' as const, low, high: null, lowOpen, highOpen: false, ...where })),
    fc
      .tuple(numbers, fc.boolean())
      .map(([high, highOpen]) => ({ kind: 'range' as const, low: null, high, lowOpen: false, highOpen, ...where })),
  )

const NUMBERS: { readonly [key: string]: fc.Arbitrary<number> } = {
  status: fc.constantFrom(200, 202, 400, 404, 500),
  code: fc.constantFrom(-32603, -32602, -32000, 0, 7),
  duration: fc.constantFrom(0, 1, 1.5, 500, 2000, 60_000),
  size: fc.constantFrom(0, 1, 10, 1024, 1536, 1_048_576),
}

/** Terms of every key; `patterns` are what is looked for in texts. */
export const terms = (patterns: fc.Arbitrary<string> = word): fc.Arbitrary<Node> =>
  fc.constantFrom(...(Object.keys(KEYS) as Key[])).chain((key): fc.Arbitrary<Node> => {
    const spec = KEYS[key]
    const term = (values: fc.Arbitrary<Value>, field: fc.Arbitrary<string | null> = fc.constant(null), least = 1) =>
      fc
        .tuple(fc.array(values, { minLength: least, maxLength: 3 }), field)
        .map(([list, name]) => ({ kind: 'term' as const, key, field: name, values: list, ...where }))
    if (key === 'header') return term(pattern(patterns), fc.constantFrom('x-a', 'content-type', 'mcp-session-id'), 0)
    if (key === 'since') {
      const ages = fc.constantFrom(0, 1000, 60_000, 3_600_000)
      return term(
        ages.map((high) => ({ kind: 'range' as const, low: null, high, lowOpen: false, highOpen: false, ...where })),
      )
    }
    if (spec.takes === 'choice')
      return term(
        pattern(fc.constantFrom(...spec.values)).filter(
          ({ kind, ...value }) => kind === 'range' || ('parts' in value && value.parts.length === 1),
        ),
      )
    return term(NUMBERS[key] === undefined ? pattern(patterns) : range(NUMBERS[key]))
  })

/** Trees as the parser makes them: no group of one, none within its like. */
export const trees = (patterns?: fc.Arbitrary<string>): fc.Arbitrary<Node> =>
  fc.letrec<{ node: Node }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'tree' },
      { weight: 3, arbitrary: terms(patterns) },
      { weight: 1, arbitrary: tie('node').map((node) => ({ kind: 'not' as const, node, ...where })) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('node'), { minLength: 2, maxLength: 3 }))
          .map(([kind, nodes]) => ({ kind, nodes, ...where })),
      },
    ),
  })).node

/** Without positions. */
export const bare = (node: Node): unknown =>
  JSON.parse(JSON.stringify(node, (name, value: unknown) => (name === 'from' || name === 'to' ? undefined : value)))

/** A `tools/call` request over HTTP, unless said otherwise. */
export const subject = (
  over: Partial<Subject> & { headers?: Record<string, string>; says?: string } = {},
): Subject => ({
  direction: 'c2s',
  kind: 'body',
  at: 1_000_000_000_000,
  size: 100,
  transport: 'http',
  era: 'stateful',
  server: 'localhost:3000',
  tap: '',
  session: 'abcd2345',
  client: { name: 'claude-code', version: '1.2.3' },
  verb: 'POST',
  path: '/mcp?x=1',
  status: null,
  stream: null,
  header: (name) => over.headers?.[name],
  messages: [{ kind: 'request', method: 'tools/call', tool: 'search', uri: null, id: '7', code: null }],
  text: () => over.says ?? '{"method":"tools/call"}',
  ...over,
})
