import type { JsonNode } from './json-parse.ts'

/** One line of the drawn tree. `path` is a JSON Pointer (RFC 6901), but for duplicate names unique. */
export interface TreeLine {
  readonly path: string
  readonly depth: number
  /** Name within an object, index within an array, null at the root. */
  readonly label: string | null
  /** True for an array's index. */
  readonly index: boolean
  readonly node: JsonNode
  /** `open` and `shut` have children; `close` is the bracket after an open one; `more` stands for children left out. */
  readonly shape: 'leaf' | 'open' | 'shut' | 'close' | 'more'
  /** For `more`: how many. */
  readonly left: number
}

export interface TreeView {
  /** Paths whose state differs from the default. */
  readonly toggled: ReadonlySet<string>
  /** Children drawn by path, where more than `pageSize` were asked for. */
  readonly shown: ReadonlyMap<string, number>
  /** Containers down to this depth begin open. */
  readonly openDepth: number
}

/** Children drawn of one container before `more`. */
export const pageSize = 100

/** Containers with more children than this begin shut, however near the root. */
const shutOver = 400

export const childCount = (node: JsonNode): number =>
  node.type === 'object' ? node.entries.length : node.type === 'array' ? node.items.length : 0

const escape = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1')

/** Whether a container is drawn open. */
function isOpen(path: string, depth: number, node: JsonNode, view: TreeView): boolean {
  const byDefault = depth <= view.openDepth && (depth === 0 || childCount(node) <= shutOver)
  return view.toggled.has(path) ? !byDefault : byDefault
}

interface Child {
  readonly path: string
  readonly label: string
  readonly index: boolean
  readonly node: JsonNode
}

function childrenOf(path: string, node: JsonNode, limit: number): Child[] {
  if (node.type === 'array')
    return node.items
      .slice(0, limit)
      .map((item, at) => ({ path: `${path}/${at}`, label: String(at), index: true, node: item }))
  if (node.type !== 'object') return []
  const seen = new Set<string>()
  return node.entries.slice(0, limit).map(({ name, value }, at) => {
    const own = `${path}/${escape(name)}`
    const unique = seen.has(own) ? `${own}~${at}` : own
    seen.add(own)
    return { path: unique, label: name, index: false, node: value }
  })
}

/** The lines to draw, top to bottom. */
export function treeLines(root: JsonNode, view: TreeView): TreeLine[] {
  const lines: TreeLine[] = []
  addLines(lines, { path: '', label: '', index: false, node: root }, 0, view)
  return lines
}

function addLines(lines: TreeLine[], { path, label, index, node }: Child, depth: number, view: TreeView): void {
  const line = { path, depth, label: depth === 0 ? null : label, index, node, left: 0 }
  const count = childCount(node)
  if (count === 0) return void lines.push({ ...line, shape: 'leaf' })
  if (!isOpen(path, depth, node, view)) return void lines.push({ ...line, shape: 'shut' })
  lines.push({ ...line, shape: 'open' })
  const limit = view.shown.get(path) ?? pageSize
  for (const child of childrenOf(path, node, limit)) addLines(lines, child, depth + 1, view)
  if (count > limit) lines.push({ ...line, shape: 'more', left: count - limit })
  lines.push({ ...line, shape: 'close' })
}

/** What a search found: the lines themselves, and what must be open, and how far, to see them. */
export interface TreeMatches {
  readonly paths: readonly string[]
  /** Children to draw, by path of every container on the way. */
  readonly reach: ReadonlyMap<string, number>
}

/** Matches kept; a search for `e` in a megabyte must not draw it all. */
export const maxMatches = 500

/** Looks for `text` in names and values, in any case. */
export function findInTree(root: JsonNode, text: string): TreeMatches {
  const wanted = text.toLowerCase()
  const paths: string[] = []
  const reach = new Map<string, number>()
  const visit = (child: Child, trail: readonly (readonly [path: string, children: number])[]) => {
    if (paths.length >= maxMatches) return
    const named = trail.length > 0 && !child.index && child.label.toLowerCase().includes(wanted)
    if (named || leafText(child.node)?.toLowerCase().includes(wanted)) {
      paths.push(child.path)
      for (const [path, children] of trail) reach.set(path, Math.max(children, reach.get(path) ?? 0))
    }
    childrenOf(child.path, child.node, Infinity).forEach((next, at) => visit(next, [...trail, [child.path, at + 1]]))
  }
  if (wanted !== '') visit({ path: '', label: '', index: false, node: root }, [])
  return { paths, reach }
}

/** The view in which every match can be seen. */
export function viewOfMatches(root: JsonNode, view: TreeView, { reach }: TreeMatches): TreeView {
  if (reach.size === 0) return view
  const toggled = new Set(view.toggled)
  const shown = new Map(view.shown)
  const visit = ({ path, node }: Child, depth: number) => {
    const children = reach.get(path)
    if (children === undefined) return
    if (!isOpen(path, depth, node, { ...view, toggled }) && !toggled.delete(path)) toggled.add(path)
    shown.set(path, Math.max(children, shown.get(path) ?? pageSize))
    for (const next of childrenOf(path, node, children)) visit(next, depth + 1)
  }
  visit({ path: '', label: '', index: false, node: root }, 0)
  return { ...view, toggled, shown }
}

/** Text of a value without children, as searched; null for containers. */
export function leafText(node: JsonNode): string | null {
  if (node.type === 'string') return node.value
  return node.type === 'number' || node.type === 'literal' ? node.text : null
}

/** JSON text of a node, indented by two, numbers as written. */
export function formatJson(node: JsonNode, indent = ''): string {
  const inner = `${indent}  `
  if (node.type === 'string') return JSON.stringify(node.value)
  if (node.type === 'number' || node.type === 'literal') return node.text
  if (childCount(node) === 0) return node.type === 'array' ? '[]' : '{}'
  if (node.type === 'array')
    return `[\n${node.items.map((item) => inner + formatJson(item, inner)).join(',\n')}\n${indent}]`
  const fields = node.entries.map(({ name, value }) => `${inner}${JSON.stringify(name)}: ${formatJson(value, inner)}`)
  return `{\n${fields.join(',\n')}\n${indent}}`
}

/** One short line for a container that is shut: its first names, or its length. */
export function previewOf(node: JsonNode, limit = 60): string {
  if (node.type === 'array') return `${node.items.length} ${node.items.length === 1 ? 'item' : 'items'}`
  if (node.type !== 'object') return ''
  let text = ''
  for (const { name } of node.entries) {
    if (text.length + name.length > limit) return `${text}, …`
    text += text === '' ? name : `, ${name}`
  }
  return text
}
