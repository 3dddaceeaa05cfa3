/** Puts the proxy in front of the servers in the text of a client's file, and takes it out again. Pure; nothing else in the text changes. */
import { applyEdits, modify, type Edit, type Node } from 'jsonc-parser'
import { ownCommand, serverNodes, wordsOf, type ServerNode } from './server-nodes.ts'

const MARK = '\uFEFF'

/** How the proxy is put in front. */
export interface Wrapping {
  /** What is started in the place of a server's command: `npx -y mitmcp`, or node with the path of our program. */
  readonly program: readonly string[]
  /** The address that stands for a server's; undefined when it cannot be told. */
  addressFor(name: string, url: string): string | undefined
  /** An address is ours already. */
  isOurs(url: string, path: readonly string[]): boolean
}

/** What became of a server. */
export interface Change {
  readonly path: readonly string[]
  readonly name: string
  readonly state: 'changed' | 'already' | 'skipped'
  /** Its command or address before and after; the same when nothing changed. */
  readonly before: string
  readonly after: string
  /** Why it was skipped. */
  readonly why?: string
  /** Of an address: how it was spelled in the text. */
  readonly spelled?: string
  /** Of a command: it had no list of arguments. */
  readonly bare?: true
}

export interface Changed {
  readonly text: string
  readonly changes: readonly Change[]
}

/** The text with the proxy in front of every server. The text has to be JSON with servers in it. */
export const wrapText = (text: string, wrapping: Wrapping): Changed =>
  change(text, (node, plain) =>
    node.url === undefined ? wrapCommand(node, plain, wrapping) : wrapUrl(node, plain, wrapping),
  )

type Decide = (node: ServerNode, text: string) => readonly [Change, ...Edit[]]

const change = (text: string, decide: Decide): Changed => {
  const mark = text.startsWith(MARK) ? MARK : ''
  const plain = text.slice(mark.length)
  const decided = serverNodes(plain).nodes.map((node) => decide(node, plain))
  return {
    text:
      mark +
      applyEdits(
        plain,
        decided.flatMap(([, ...edits]) => edits),
      ),
    changes: decided.map(([made]) => made),
  }
}

const unchanged = (node: ServerNode, state: 'already' | 'skipped', why?: string): readonly [Change] => {
  const { name, path, url } = node
  const now = url === undefined ? wordsOf(node).join(' ') : String(url.value)
  return [{ path, name, state, before: now, after: now, ...(why === undefined ? {} : { why }) }]
}

const wrapUrl = (node: ServerNode, text: string, { addressFor, isOurs }: Wrapping): readonly [Change, ...Edit[]] => {
  const { name, path, url } = node
  if (url === undefined) return unchanged(node, 'skipped')
  const before = String(url.value)
  if (isOurs(before, path)) return unchanged(node, 'already')
  const after = addressFor(name, before)
  if (after === undefined) return unchanged(node, 'skipped', 'its address is not one that can be proxied')
  const spelled = tokenOf(text, url)
  return [{ path, name, state: 'changed', before, after, spelled }, replacing(url, JSON.stringify(after))]
}

const wrapCommand = (node: ServerNode, text: string, { program }: Wrapping): readonly [Change, ...Edit[]] => {
  const { name, path, command, args, plain } = node
  if (command === undefined) return unchanged(node, 'skipped', 'it has neither a command nor an address')
  if (!plain) return unchanged(node, 'skipped', 'its arguments are no list of texts')
  const words = wordsOf(node)
  if (ownCommand(words) !== undefined) return unchanged(node, 'already')
  const [first = '', ...rest] = program
  const flags = ['stdio', ...nameFlag(name), '--']
  const inserted = [...rest, ...flags].map((word) => JSON.stringify(word))
  // the token itself, so that it comes back spelled as it was
  const tokens = [...inserted, tokenOf(text, command)]
  return [
    {
      path,
      name,
      state: 'changed',
      before: words.join(' '),
      after: [...program, ...flags, ...words].join(' '),
      ...(args === undefined ? { bare: true } : {}),
    },
    replacing(command, JSON.stringify(first)),
    args === undefined ? addingArgs(text, command, tokens) : prepending(text, args, tokens),
  ]
}

/** A name that begins with a dash would be taken for a flag. */
export const nameFlag = (name: string): string[] => (name.startsWith('-') ? [`--name=${name}`] : ['--name', name])

const tokenOf = (text: string, { offset, length }: Node): string => text.slice(offset, offset + length)

const replacing = ({ offset, length }: Node, content: string): Edit => ({ offset, length, content })

/** White space in front of an offset, line break and indentation included; a blank where the line begins with something else. */
const indentBefore = (text: string, offset: number): string | undefined =>
  /\r?\n[ \t]*$/.exec(text.slice(0, offset))?.[0]

/** In the style of the list: each on its line where they have lines of their own. */
const prepending = (text: string, { offset, children = [] }: Node, tokens: readonly string[]): Edit => {
  const [first] = children
  if (first === undefined) return { offset: offset + 1, length: 0, content: tokens.join(', ') }
  const between = indentBefore(text, first.offset) ?? ' '
  return { offset: first.offset, length: 0, content: tokens.map((token) => `${token},${between}`).join('') }
}

const addingArgs = (text: string, command: Node, tokens: readonly string[]): Edit => {
  const key = command.parent?.offset ?? command.offset
  const before = indentBefore(text, key) ?? ' '
  return { offset: command.offset + command.length, length: 0, content: `,${before}"args": [${tokens.join(', ')}]` }
}

/** What is known of the servers from when they were wrapped. */
export interface Unwrapping {
  /** For an address of ours: the one that stood there, as a value and as it was spelled; undefined when it is not ours. */
  originalOf(path: readonly string[], url: string): { readonly url: string; readonly spelled: string } | undefined
  /** A command that had no list of arguments; undefined when it is not known. */
  wasBare(path: readonly string[]): boolean | undefined
}

/** The text without the proxy in front of its servers. What was changed in it since stays. */
export const unwrapText = (text: string, unwrapping: Unwrapping): Changed =>
  change(text, (node, plain) =>
    node.url === undefined ? unwrapCommand(node, plain, unwrapping) : unwrapUrl(node, unwrapping),
  )

const unwrapUrl = (node: ServerNode, { originalOf }: Unwrapping): readonly [Change, ...Edit[]] => {
  const { name, path, url } = node
  if (url === undefined) return unchanged(node, 'skipped')
  const before = String(url.value)
  const original = originalOf(path, before)
  if (original === undefined) return unchanged(node, 'already')
  return [{ path, name, state: 'changed', before, after: original.url }, replacing(url, original.spelled)]
}

const unwrapCommand = (node: ServerNode, text: string, { wasBare }: Unwrapping): readonly [Change, ...Edit[]] => {
  const { name, path, command, args, plain } = node
  const words = wordsOf(node)
  const own = plain ? ownCommand(words) : undefined
  const children = args?.children ?? []
  const token = own === undefined ? undefined : children[own - 1]
  const [first] = children
  if (command === undefined || args === undefined || own === undefined || token === undefined || first === undefined) {
    return unchanged(node, 'already')
  }
  const made: Change = { path, name, state: 'changed', before: words.join(' '), after: words.slice(own).join(' ') }
  const restored = replacing(command, tokenOf(text, token))
  const next = children[own]
  if (next !== undefined) {
    return [made, restored, { offset: first.offset, length: next.offset - first.offset, content: '' }]
  }
  if (wasBare(path) === false) {
    return [made, restored, { offset: first.offset, length: token.offset + token.length - first.offset, content: '' }]
  }
  return [made, restored, ...removingArgs(text, command, args, path)]
}

/** Where it stands right behind the command, as we put it, it goes with its comma; else as the editor of the library does it. */
const removingArgs = (text: string, command: Node, args: Node, path: readonly string[]): Edit[] => {
  const from = command.offset + command.length
  const end = args.offset + args.length
  if (/^,\s*"args"\s*:\s*$/.test(text.slice(from, args.offset)))
    return [{ offset: from, length: end - from, content: '' }]
  return modify(text, [...path, 'args'], undefined, {})
}
