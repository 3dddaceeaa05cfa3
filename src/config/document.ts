/** A settings file as a value whose every part knows where it stands: YAML, or JSON with comments and trailing commas. */
import {
  findNodeAtLocation,
  parseTree,
  printParseErrorCode,
  type Node as JsonNode,
  type ParseError,
} from 'jsonc-parser'
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document as YamlDocument } from 'yaml'

export type Path = readonly PropertyKey[]

/** A place in a text; both count from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** A text that was read. */
export interface ConfigDocument {
  /** What it says; undefined for an empty file, and where there are `errors`. */
  readonly value: unknown
  /** Why it cannot be read. */
  readonly errors: readonly (Place & { readonly message: string })[]
  /** Where a value stands; for one that is missing, where its parent does. */
  placeOf(path: Path): Place
  /** Where the key of a value stands. */
  placeOfKey(path: Path, key: string): Place
}

/** Reads YAML or JSON, told apart by how it begins. Never throws. */
export const readDocument = (text: string): ConfigDocument => {
  const plain = text.replace(/^\uFEFF/, '')
  if (!/^\s*(\{|\/[/*])/.test(plain)) return readYaml(plain)
  const json = readJson(plain)
  if (json.errors.length === 0) return json
  const yaml = readYaml(plain)
  return yaml.errors.length === 0 ? yaml : json
}

/** The same for a file that has to be JSON; comments and trailing commas are let pass, as clients do. */
export const readJson = (text: string): ConfigDocument & { readonly root: JsonNode | undefined } => {
  const plain = text.replace(/^\uFEFF/, '')
  const mistakes: ParseError[] = []
  const root = parseTree(plain, mistakes, { allowTrailingComma: true, allowEmptyContent: true })
  const nodeOf = (path: Path): JsonNode | undefined =>
    root === undefined ? undefined : findNodeAtLocation(root, path as (string | number)[])
  const place = (offset: number): Place => placeIn(plain, offset)
  const placeOf = (path: Path): Place => {
    for (let depth = path.length; depth >= 0; depth--) {
      const node = nodeOf(path.slice(0, depth))
      if (node !== undefined) return place(node.offset)
    }
    return place(0)
  }
  return {
    root,
    value: mistakes.length > 0 || root === undefined ? undefined : (valueOf(root) as unknown),
    // those behind the first only follow from it
    errors: mistakes
      .slice(0, 1)
      .map(({ error, offset }) => ({ ...place(offset), message: `is no JSON: ${words(printParseErrorCode(error))}` })),
    placeOf,
    placeOfKey: (path, key) => {
      const offset = nodeOf([...path, key])?.parent?.offset
      return offset === undefined ? placeOf(path) : place(offset)
    },
  }
}

/** `CloseBraceExpected` as `close brace expected`. */
const words = (code: string): string => code.replace(/(?!^)[A-Z]/g, (letter) => ` ${letter}`).toLowerCase()

/** Own properties only: a key such as `__proto__` is one like any other. */
const valueOf = ({ type, children = [], value }: JsonNode): unknown => {
  if (type === 'array') return children.map(valueOf)
  if (type !== 'object') return value
  return Object.fromEntries(
    children.flatMap(({ children: [key, property] = [] }) =>
      key === undefined || property === undefined ? [] : [[String(key.value), valueOf(property)] as const],
    ),
  )
}

/** Line and column of an offset, both from 1. */
export const placeIn = (text: string, offset: number): Place => {
  const before = text.slice(0, offset)
  const start = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1
  return { line: (before.match(/\r\n?|\n/g)?.length ?? 0) + 1, column: offset - start + 1 }
}

const readYaml = (text: string): ConfigDocument => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const placeOf = (path: Path): Place => place(offsetOf(document, path))
  return {
    value: document.errors.length > 0 ? undefined : (document.toJS() ?? undefined),
    errors: document.errors.map(({ pos, message }) => ({ ...place(pos[0]), message })),
    placeOf,
    placeOfKey: (path, key) => {
      const map = path.length === 0 ? document.contents : document.getIn(path, true)
      const pair = isMap(map)
        ? map.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
        : undefined
      return isNode(pair?.key) && pair.key.range ? place(pair.key.range[0]) : placeOf(path)
    },
  }
}

const offsetOf = (document: YamlDocument, path: Path): number => {
  for (let depth = path.length; depth >= 0; depth--) {
    const node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return 0
}
