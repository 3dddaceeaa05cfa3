/** What can be said of a filter before there is traffic: where it can hold at all, and what has to be known to tell. */
import type { Direction, Era, Transport } from '../wire/frame.ts'
import { type Key, KEYS, type KeySpec } from './keys.ts'
import { matcher } from './pattern.ts'
import { type Filter, type Node, type Term, termsOf } from './tree.ts'

/** What is known of a connection, an exchange or a message so far; leave out what is not. */
export interface Known {
  readonly server?: string
  readonly tap?: string
  readonly transport?: Transport
  readonly direction?: Direction
  readonly era?: Era
  readonly stream?: 'get' | 'post'
  readonly verb?: string
  /** Kind of its one message. */
  readonly message?: 'request' | 'notification' | 'response' | 'error' | 'invalid'
  /** Null: it carries no message. Of several, none may be left unsaid. */
  readonly method?: string | null
}

export interface Analysis {
  /** Directions, transports it can hold in. */
  readonly directions: readonly Direction[]
  readonly transports: readonly Transport[]
  /** Methods without one of which it cannot hold; null where it can hold whatever the method, or has wildcards for it. */
  readonly methods: readonly string[] | null
  /** What has to be told apart to answer it: whole messages, heads, or only connections. */
  readonly needs: 'connection' | 'exchange' | 'message'
  /** Keys in it that only recorded traffic answers: on its way they hold of nothing. */
  readonly recordedOnlyKeys: readonly Key[]
  readonly sinceUsed: boolean
  /** False where it cannot hold of any traffic of which that is known. */
  possible(known: Known): boolean
}

const DIRECTIONS: readonly Direction[] = ['c2s', 's2c']
const TRANSPORTS: readonly Transport[] = ['http', 'sse', 'websocket', 'stdio', 'opaque']
const NEEDS = ['connection', 'exchange', 'message'] as const

/** Never costs more than a few walks of the tree: for when a rule is made, not for each message. */
export function analyse({ root }: Filter): Analysis {
  const terms = termsOf(root)
  const possible = (known: Known): boolean => decide(root, known) !== false
  const recordedOnlyKeys = [...new Set(terms.map(({ key }) => key))].filter((key) => KEYS[key].needs === 'recorded')
  return {
    directions: DIRECTIONS.filter((direction) => possible({ direction })),
    transports: TRANSPORTS.filter((transport) => possible({ transport })),
    methods: methodsOf(terms, possible),
    needs: NEEDS[Math.max(0, ...terms.map((term) => NEEDS.indexOf(needOf(term))))] ?? 'message',
    recordedOnlyKeys,
    sinceUsed: recordedOnlyKeys.includes('since'),
    possible,
  }
}

/** No method is spelled like that: stands for every one that is not named. */
const ANOTHER = '\0'

function methodsOf(terms: readonly Term[], possible: (known: Known) => boolean): string[] | null {
  const values = terms.filter(({ key }) => key === 'method').flatMap((term) => term.values)
  const named = values.flatMap((value) => (value.kind === 'pattern' && value.parts.length === 1 ? value.parts : []))
  if (named.length < values.length || possible({ method: ANOTHER }) || possible({ method: null })) return null
  return [...new Set(named)].filter((method) => possible({ method }))
}

/** What only a stdio process has is known when it starts; which of the others it will be shows the first head. */
function needOf({ key, values }: Term): (typeof NEEDS)[number] {
  const needs: KeySpec['needs'] = KEYS[key].needs
  if (needs === 'recorded') return 'connection'
  const stdio = key === 'transport' && values.every((value) => value.kind === 'pattern' && value.parts[0] === 'stdio')
  return stdio ? 'connection' : needs
}

const decide = (node: Node, known: Known): boolean | undefined => settle(node, (term) => decideTerm(term, known))

/** True or false where what is known of its terms settles it. */
export function settle(node: Node, decided: (term: Term) => boolean | undefined): boolean | undefined {
  switch (node.kind) {
    case 'term':
      return decided(node)
    case 'not': {
      const holds = settle(node.node, decided)
      return holds === undefined ? undefined : !holds
    }
    case 'and':
    case 'or': {
      const settling = node.kind === 'or'
      const each = node.nodes.map((one) => settle(one, decided))
      if (each.includes(settling)) return settling
      return each.includes(undefined) ? undefined : !settling
    }
  }
}

/** `kind:` asks for kinds of messages and of frames, which have one each. */
const MESSAGES = ['request', 'notification', 'response', 'error', 'invalid', 'message']

function decideTerm(term: Term, known: Known): boolean | undefined {
  if (term.key === 'kind' && known.message !== undefined) {
    const { message } = known
    const meant = term.values.filter((value) => MESSAGES.some((kind) => isFor(value, kind)))
    if (meant.some((value) => isFor(value, message) || isFor(value, 'message'))) return true
    return meant.length === term.values.length ? false : undefined
  }
  const fact = factFor(term.key, known)
  if (fact === undefined) return undefined
  if (fact === null) return false
  return term.values.some((value) => isFor(value, fact, 'caseless' in KEYS[term.key]))
}

const isFor = (value: Term['values'][number], fact: string, caseless = false): boolean =>
  value.kind === 'pattern' && matcher(value, caseless)(fact)

function factFor(key: Key, known: Known): string | null | undefined {
  if (key === 'dir') return known.direction
  return Object.hasOwn(known, key) ? known[key as keyof Known] : undefined
}
