/** What a filter is once it is read: terms under and, or, not, each knowing where it stands in the text. */
import type { Key } from './keys.ts'

/** Characters `from` up to `to` of the filter's text. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Text with wildcards: its parts stand in this order with anything between them. One part: exactly that. */
export interface Pattern extends Span {
  readonly kind: 'pattern'
  readonly parts: readonly string[]
}

/** From `low` to `high`, both included unless `lowOpen` or `highOpen`; null for no bound. */
export interface Range extends Span {
  readonly kind: 'range'
  readonly low: number | null
  readonly high: number | null
  readonly lowOpen: boolean
  readonly highOpen: boolean
}

export type Value = Pattern | Range

/** True where any of `values` is. Of `header`: `field` in lower case, and no values where it has only to be there. */
export interface Term extends Span {
  readonly kind: 'term'
  readonly key: Key
  readonly field: string | null
  readonly values: readonly Value[]
}

/** `and` without nodes is true of everything. */
export type Node =
  | (Span & { readonly kind: 'and' | 'or'; readonly nodes: readonly Node[] })
  | (Span & { readonly kind: 'not'; readonly node: Node })
  | Term

export interface Filter {
  readonly text: string
  readonly root: Node
}

/** Every term of a filter, in the order of the text. */
export function termsOf(node: Node): Term[] {
  switch (node.kind) {
    case 'term':
      return [node]
    case 'not':
      return termsOf(node.node)
    case 'and':
    case 'or':
      return node.nodes.flatMap(termsOf)
  }
}
