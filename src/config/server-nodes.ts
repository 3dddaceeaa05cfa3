/** The servers of a client's file as parts of its text, so that they can be changed and all else stays. */
import { findNodeAtLocation, type Node } from 'jsonc-parser'
import { serverMaps, URL_KEYS } from './client-file.ts'
import { readJson } from './document.ts'

/** A server's entry where it stands in the text. */
export interface ServerNode {
  readonly name: string
  /** Keys that lead to it, its name last. */
  readonly path: readonly string[]
  /** The text of its address, when it has one. */
  readonly url: Node | undefined
  readonly command: Node | undefined
  /** The list of its arguments; undefined when there is none. */
  readonly args: Node | undefined
  /** False when its arguments are no list of texts. */
  readonly plain: boolean
}

/** Every server in the text, or why it cannot be read. Offsets count without a byte order mark. */
export const serverNodes = (
  text: string,
): { readonly nodes: readonly ServerNode[]; readonly maps: number; readonly errors: readonly Mistake[] } => {
  const { root, value, errors } = readJson(text)
  const maps = serverMaps(value, true)
  if (root === undefined) return { nodes: [], maps: 0, errors }
  const nodes = maps.flatMap(({ path, entries }) =>
    Object.keys(entries).flatMap((name): ServerNode[] => {
      const at = [...path, name]
      const part = (key: string): Node | undefined => findNodeAtLocation(root, [...at, key])
      const texts = (node: Node | undefined): Node | undefined => (node?.type === 'string' ? node : undefined)
      const args = part('args')
      return [
        {
          name,
          path: at,
          url: URL_KEYS.map((key) => texts(part(key))).find((node) => node !== undefined),
          command: texts(part('command')),
          args: args?.type === 'array' ? args : undefined,
          plain:
            args === undefined ||
            (args.type === 'array' && (args.children ?? []).every(({ type }) => type === 'string')),
        },
      ]
    }),
  )
  return { nodes, maps: maps.length, errors }
}

export interface Mistake {
  readonly line: number
  readonly column: number
  readonly message: string
}

/** The words a client starts: command and arguments. */
export const wordsOf = ({ command, args }: ServerNode): string[] =>
  command === undefined ? [] : [String(command.value), ...(args?.children ?? []).map(({ value }) => String(value))]

/** Which of the words is the server's own command, when we stand before it; undefined when we do not. */
export const ownCommand = (words: readonly string[]): number | undefined => {
  const us = words.findIndex(
    (word, index) =>
      /(^|[/\\])mitmcp(\.cmd|\.exe)?(@[\w.^~-]+)?$/.test(word) ||
      (/[/\\]cli[/\\]main\.js$/.test(word) && words[index + 1] === 'stdio'),
  )
  if (us < 0 || !['stdio', '--'].includes(words[us + 1] ?? '')) return undefined
  const dashes = words.indexOf('--', us)
  return dashes < 0 || dashes + 1 >= words.length ? undefined : dashes + 1
}
