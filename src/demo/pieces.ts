import type { Client, RequestOptions } from '@modelcontextprotocol/client'

/** A number from 0 to below 1. */
export type Chance = () => number

/** Seeded chance (mulberry32). */
export const createChance = (seed: number): Chance => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** One thing the demo client does. */
export interface Piece {
  readonly name: string
  /** Exists in the stateless era too. */
  readonly stateless: boolean
  play(client: Client, options: RequestOptions, chance: Chance): Promise<unknown>
}

const WORDS = ['the', 'invisible', 'glass', 'picnic', 'dark', 'sea']

const pick = <Item>(items: readonly Item[], chance: Chance): Item => items[Math.floor(chance() * items.length)] as Item

const call = (name: string, stateless: boolean, args: (chance: Chance) => Record<string, unknown>): Piece => ({
  name,
  stateless,
  play: (client, options, chance) =>
    client.callTool({ name, arguments: args(chance) }, { ...options, onprogress: () => undefined }),
})

/** What the client may do. */
export const pieces: readonly Piece[] = [
  call('echo', true, (chance) => ({ text: `Is "${pick(WORDS, chance)}" a word?` })),
  call('add', true, (chance) => ({ a: Math.floor(chance() * 100), b: Math.floor(chance() * 100) })),
  call('search', true, (chance) => ({ query: pick(WORDS, chance) })),
  call('slow', true, (chance) => ({ steps: 3 + Math.floor(chance() * 4) })),
  call('fail', true, () => ({})),
  call('interrupted', false, () => ({})),
  call('order', true, () => ({ title: 'Invisible Cities' })),
  call('blurb', true, () => ({ title: 'Solaris' })),
  {
    name: 'list',
    stateless: true,
    play: (client, options) => client.listTools(undefined, { ...options, cacheMode: 'refresh' }),
  },
  {
    name: 'read',
    stateless: true,
    play: (client, options) => client.readResource({ uri: 'demo://catalogue' }, options),
  },
  {
    name: 'read-nothing',
    stateless: true,
    play: (client, options) => client.readResource({ uri: 'demo://attic' }, options),
  },
  {
    name: 'prompt',
    stateless: true,
    play: (client, options) => client.getPrompt({ name: 'recommend', arguments: { title: 'Solaris' } }, options),
  },
  {
    name: 'at-once',
    stateless: true,
    play: (client, options, chance) =>
      Promise.all(
        [0, 1, 2].map(() => client.callTool({ name: 'search', arguments: { query: pick(WORDS, chance) } }, options)),
      ),
  },
]

/** Without end: all pieces of an era in a shuffled order, then all of them again in another. */
export function* shuffledPieces(stateless: boolean, chance: Chance): Generator<Piece, never> {
  for (;;) {
    const left = pieces.filter((piece) => !stateless || piece.stateless)
    while (left.length > 0) {
      const [piece] = left.splice(Math.floor(chance() * left.length), 1)
      if (piece) yield piece
    }
  }
}
