/** A filter in English: the noun phrase of a rule's sentence. */
import { printTerm } from './print.ts'
import { printQuantity } from './quantity.ts'
import type { Filter, Node, Range, Term, Value } from './tree.ts'
import { KEYS } from './keys.ts'

/** `tools/call requests of client claude*`. Of the empty filter: `all traffic`. */
export function explain({ root }: Filter): string {
  return phrase(root)
}

function phrase(node: Node): string {
  switch (node.kind) {
    case 'term':
      return conjunction([node])
    case 'and':
      return conjunction(node.nodes)
    case 'or':
      return node.nodes.map(phrase).join(', or ')
    case 'not':
      return conjunction([node])
  }
}

const KIND: { readonly [kind: string]: string } = {
  request: 'requests',
  response: 'results',
  error: 'error answers',
  notification: 'notifications',
  invalid: 'invalid messages',
  message: 'messages',
  head: 'heads',
  body: 'bodies',
  event: 'events',
  end: 'ends of bodies',
  line: 'lines',
  ping: 'pings',
  pong: 'pongs',
  close: 'closes',
  opaque: 'opaque bytes',
}

/** Keys whose traffic is messages, whatever its kind. */
const OF_MESSAGES: ReadonlySet<string> = new Set(['method', 'tool', 'uri', 'id', 'code'])

/** What stands before the noun, what is the noun, what follows it, in this order. */
function conjunction(nodes: readonly Node[]): string {
  if (nodes.length === 0) return 'all traffic'
  const terms = nodes.filter((node) => node.kind === 'term')
  const excepted = nodes.filter((node) => node.kind === 'not').map(({ node }) => phrase(node))
  const alternatives = nodes.filter((node) => node.kind === 'or' || node.kind === 'and').map(phrase)
  const before = terms.filter(({ key }) => key === 'method').map((term) => listed(term))
  const kinds = terms.filter(({ key }) => key === 'kind').map(({ values }) => orList(values.map(kindNoun)))
  const noun = kinds.shift() ?? (terms.some(({ key }) => OF_MESSAGES.has(key)) ? 'messages' : 'traffic')
  const after = AFTER.flatMap(([key, words]) => terms.filter((term) => term.key === key).map(words))
  const said = [...before.slice(0, 1), noun, ...after, ...before.slice(1).map((method) => `that are also ${method}`)]
  const also = [...kinds, ...alternatives].map((other) => `, of these ${other}`)
  const but = excepted.length === 0 ? '' : `, except ${excepted.join(', and except ')}`
  return said.join(' ') + also.join('') + but
}

/** In the order they are said. */
const AFTER: readonly (readonly [Term['key'], (term: Term) => string])[] = [
  ['tool', (term) => `for tool ${listed(term)}`],
  ['uri', (term) => `about ${listed(term)}`],
  ['id', (term) => `with id ${listed(term)}`],
  ['code', (term) => `with code ${listed(term)}`],
  ['size', (term) => `of ${ranges(term)}`],
  ['text', (term) => `with the text ${orList(term.values.map((value) => `"${text(value)}"`))}`],
  [
    'dir',
    ({ values }) =>
      orList(
        values.map((value) =>
          text(value) === 'c2s' ? 'to the server' : text(value) === 's2c' ? 'to the client' : 'either way',
        ),
      ),
  ],
  ['verb', (term) => `on ${listed(term)}`],
  ['path', (term) => `at ${listed(term)}`],
  ['header', headerWords],
  ['status', (term) => `with status ${listed(term)}`],
  ['stream', (term) => `on ${orList(term.values.map((value) => text(value).toUpperCase()))} streams`],
  ['client', (term) => `of client ${listed(term)}`],
  ['session', (term) => `of session ${listed(term)}`],
  ['server', (term) => `of server ${listed(term)}`],
  ['transport', (term) => `over ${listed(term)}`],
  ['era', (term) => `of the ${listed(term)} era`],
  ['tap', (term) => `seen at ${listed(term)}`],
  ['outcome', (term) => `of calls with outcome ${listed(term)}`],
  ['duration', (term) => `of calls that took ${ranges(term)}`],
  ['ending', (term) => `of exchanges that ended with ${listed(term)}`],
  ['fault', (term) => (listed(term) === 'any' ? 'touched by a rule' : `touched by rule ${listed(term)}`)],
  [
    'since',
    ({ values }) =>
      `of the last ${orList(values.map((value) => (value.kind === 'range' ? printQuantity(value.high ?? 0, 'duration') : '')))}`,
  ],
]

function headerWords({ field, values }: Term): string {
  return values.length === 0 ? `with header ${field}` : `with header ${field} ${orList(values.map(text))}`
}

function kindNoun(value: Value): string {
  return KIND[text(value)] ?? `${text(value)} frames`
}

function listed(term: Term): string {
  const bare = printTerm({ ...term, values: [] }).length
  return orList(
    term.values.map((value) =>
      value.kind === 'pattern' ? text(value) : printTerm({ ...term, values: [value] }).slice(bare),
    ),
  )
}

function text(value: Value): string {
  return value.kind === 'pattern' ? value.parts.join('*') : ''
}

function ranges({ key, values }: Term): string {
  const of = KEYS[key].takes === 'size' ? 'size' : 'duration'
  return orList(values.flatMap((value) => (value.kind === 'range' ? [rangeWords(value, of)] : [])))
}

function rangeWords({ low, high, lowOpen, highOpen }: Range, of: 'size' | 'duration'): string {
  const said = (value: number): string => printQuantity(value, of)
  if (low !== null && high !== null) return low === high ? `exactly ${said(low)}` : `${said(low)} to ${said(high)}`
  if (low !== null) return `${lowOpen ? 'more than' : 'at least'} ${said(low)}`
  return `${highOpen ? 'less than' : 'at most'} ${said(high ?? 0)}`
}

function orList(words: readonly string[]): string {
  return [...new Set(words)].join(' or ')
}
