/** From tree to question: one closure, made once, that allocates nothing for each piece of traffic it is asked about. */
import { KEYS } from './keys.ts'
import { finder, folded, matcher } from './pattern.ts'
import type { Subject, SubjectMessage } from './subject.ts'
import type { Filter, Node, Range, Term } from './tree.ts'

/** True where the filter holds. What is not known (no status yet, no client, not recorded) is true of no term, and so of its negation. `now` (µs since the epoch) matters to `since:` alone; default: the instant of the subject. */
export type Predicate = (subject: Subject, now?: number) => boolean

/** A filter as a function, for many subjects. */
export function compile({ root }: Filter): Predicate {
  return compileNode(root)
}

/** A filter asked once. */
export function matches(filter: Filter, subject: Subject, now?: number): boolean {
  return compile(filter)(subject, now)
}

function compileNode(node: Node): Predicate {
  switch (node.kind) {
    case 'term':
      return termPredicate(node)
    case 'not': {
      const holds = compileNode(node.node)
      return (subject, now) => !holds(subject, now)
    }
    case 'and': {
      const all = node.nodes.map(compileNode)
      return (subject, now) => {
        for (const holds of all) if (!holds(subject, now)) return false
        return true
      }
    }
    case 'or': {
      const any = node.nodes.map(compileNode)
      return (subject, now) => {
        for (const holds of any) if (holds(subject, now)) return true
        return false
      }
    }
  }
}

function termPredicate(term: Term): Predicate {
  const text = textTest(term)
  const number = numberTest(term)
  switch (term.key) {
    case 'dir':
      return ({ direction }) => text(direction)
    case 'kind':
      return (subject) => kindHolds(text, subject)
    case 'method':
      return ({ messages }) => some(messages, (message) => text(message.method))
    case 'tool':
      return ({ messages }) => some(messages, (message) => text(message.tool))
    case 'uri':
      return ({ messages }) => some(messages, (message) => text(message.uri))
    case 'id':
      return ({ messages }) => some(messages, ({ id }) => text(id) || (id !== null && text(idText(id))))
    case 'code':
      return ({ messages }) => some(messages, (message) => number(message.code))
    case 'verb':
      return ({ verb }) => text(verb)
    case 'path':
      return ({ path }) => text(path) || (path !== null && path.includes('?') && text(path.slice(0, path.indexOf('?'))))
    case 'status':
      return ({ status }) => number(status)
    case 'header':
      return headerPredicate(term, text)
    case 'session':
      return ({ session }) => text(session)
    case 'client':
      return ({ client }) => client !== null && (text(client.name) || text(`${client.name}/${client.version}`))
    case 'server':
      return ({ server }) => text(server)
    case 'tap':
      return ({ tap }) => text(tap)
    case 'era':
      return ({ era }) => text(era)
    case 'transport':
      return ({ transport }) => text(transport)
    case 'stream':
      return ({ stream }) => text(stream)
    case 'size':
      return ({ size }) => number(size)
    case 'outcome':
      return ({ recorded }) => recorded !== undefined && text(recorded.outcome)
    case 'ending':
      return ({ recorded }) => recorded !== undefined && text(recorded.ending)
    case 'duration':
      return ({ recorded }) => recorded !== undefined && number(recorded.durationMs)
    case 'fault':
      return faultPredicate(term, text)
    case 'since':
      return sincePredicate(term)
    case 'text':
      return textPredicate(term)
  }
}

type TextTest = (text: string | null) => boolean
type NumberTest = (number: number | null) => boolean

/** Any of the term's patterns fits. */
function textTest({ key, values }: Term): TextTest {
  const caseless = 'caseless' in KEYS[key]
  const fits = values.flatMap((value) => (value.kind === 'pattern' ? [matcher(value, caseless)] : []))
  const [only = () => false] = fits
  if (fits.length === 1) return (text) => text !== null && only(text)
  return (text) => {
    if (text === null) return false
    for (const fit of fits) if (fit(text)) return true
    return false
  }
}

function numberTest({ values }: Term): NumberTest {
  const ranges = values.flatMap((value) => (value.kind === 'range' ? [value] : []))
  return (number) => {
    if (number === null) return false
    for (const range of ranges) if (within(number, range)) return true
    return false
  }
}

function within(number: number, { low, high, lowOpen, highOpen }: Range): boolean {
  if (low !== null && (lowOpen ? number <= low : number < low)) return false
  return high === null || (highOpen ? number < high : number <= high)
}

function some(messages: readonly SubjectMessage[], holds: (message: SubjectMessage) => boolean): boolean {
  for (const message of messages) if (holds(message)) return true
  return false
}

function kindHolds(fits: TextTest, { kind, messages }: Subject): boolean {
  if (fits(kind)) return true
  if (messages.length > 0 && fits('message')) return true
  for (const message of messages) if (fits(message.kind)) return true
  return false
}

/** Of an id that is a string, what it says: `id:abc` need not be written `id:"\"abc\""`. */
function idText(json: string): string {
  return json.startsWith('"') && !json.includes('\\') ? json.slice(1, -1) : json
}

function headerPredicate({ field, values }: Term, fits: TextTest): Predicate {
  const name = field ?? ''
  if (values.length === 0) return (subject) => subject.header(name) !== undefined
  return (subject) => fits(subject.header(name) ?? null)
}

function faultPredicate({ values }: Term, fits: TextTest): Predicate {
  const any = values.some((value) => value.kind === 'pattern' && value.parts.length === 1 && value.parts[0] === 'any')
  return ({ recorded }) => {
    if (recorded === undefined) return false
    if (any && recorded.faults.length > 0) return true
    for (const rule of recorded.faults) if (fits(rule)) return true
    return false
  }
}

function sincePredicate({ values }: Term): Predicate {
  const ages = values.map((value) => (value.kind === 'range' ? (value.high ?? 0) : 0))
  const longest = Math.max(...ages) * 1000
  return (subject, now = subject.at) => subject.at >= now - longest
}

function textPredicate({ values }: Term): Predicate {
  const finds = values.flatMap((value) => (value.kind === 'pattern' ? [finder(value)] : []))
  const within = (text: string): boolean => {
    const small = folded(text)
    for (const find of finds) if (find(small)) return true
    return false
  }
  return (subject) =>
    some(
      subject.messages,
      ({ method, tool }) => (method !== null && within(method)) || (tool !== null && within(tool)),
    ) || within(subject.text())
}
