/** From tree to text: what reads back as the same tree. */
import { printQuantity, type Quantity } from './quantity.ts'
import { type Filter, type Node, type Pattern, type Range, type Term, type Value } from './tree.ts'
import { KEYS } from './keys.ts'

/** One spelling for each meaning: one space, no needless quotes and parentheses, text without its key. */
export function print({ root }: Filter): string {
  return printNode(root)
}

function printNode(node: Node): string {
  switch (node.kind) {
    case 'term':
      return printTerm(node)
    case 'not':
      return `-${grouped(node.node, node.node.kind === 'and' || node.node.kind === 'or')}`
    case 'and':
      return node.nodes.map((each) => grouped(each, each.kind === 'or' || each.kind === 'and')).join(' ')
    case 'or':
      return node.nodes.map((each) => grouped(each, each.kind === 'or')).join(' or ')
  }
}

function grouped(node: Node, needed: boolean): string {
  return needed ? `(${printNode(node)})` : printNode(node)
}

/** A term alone, e.g. for a sentence. */
export function printTerm({ key, field, values }: Term): string {
  const { takes } = KEYS[key]
  const texts = values.map((value) =>
    printValue(value, takes === 'duration' || takes === 'size' ? takes : 'number', key),
  )
  if (key === 'header') return `header:${field ?? ''}${texts.length === 0 ? '' : `=${texts.join('|')}`}`
  if (key === 'since') return `since:${values.map((value) => agePrinted(value)).join('|')}`
  const text = texts.join('|')
  return key === 'text' && standsAlone(text) ? text : `${key}:${text}`
}

/** A pattern or a range, as it stands behind its key. */
function printValue(value: Value, of: Quantity, key: string): string {
  return value.kind === 'pattern' ? printPattern(value, key === 'text') : printRange(value, of)
}

function printPattern({ parts }: Pattern, bare: boolean): string {
  if (parts.length === 1 && parts[0] === '') return '""'
  return parts
    .map((part) => (/[\s()|"*\\]/.test(part) || (bare && /^(-|or$|and$)/i.test(part)) ? quoted(part) : part))
    .join('*')
}

function printRange({ low, high, lowOpen, highOpen }: Range, of: Quantity): string {
  if (low !== null && high !== null) {
    const text = printQuantity(low, of)
    return low === high ? text : `${text}..${printQuantity(high, of)}`
  }
  if (low !== null) return `>${lowOpen ? '' : '='}${printQuantity(low, of)}`
  return `<${highOpen ? '' : '='}${printQuantity(high ?? 0, of)}`
}

function agePrinted(value: Value): string {
  return value.kind === 'range' ? printQuantity(value.high ?? 0, 'duration') : ''
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`
}

/** Without a key in front it is still read as text. */
function standsAlone(text: string): boolean {
  return !/^([A-Za-z][A-Za-z0-9_-]*:|-|(or|and)$)/i.test(text)
}
