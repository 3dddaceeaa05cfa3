import { useState } from 'preact/hooks'
import { childCount, leafText, previewOf, type TreeLine } from '../state/json-tree.ts'
import { sizeText } from '../state/size-format.ts'
import { Highlight } from './highlight.tsx'
import { Icon } from './icon.tsx'

interface LineProps {
  line: TreeLine
  search: string
  matched: boolean
  current: boolean
  onToggle: (path: string) => void
  onMore: (path: string) => void
}

const brackets = (line: TreeLine) => (line.node.type === 'array' ? '[]' : '{}')

/** One line of a JSON tree. */
export function JsonLine({ line, search, matched, current, onToggle, onMore }: LineProps) {
  const indent = { paddingLeft: `${line.depth * 14 + 18}px` }
  if (line.shape === 'close')
    return (
      <div class="json-line" style={indent}>
        <span class="json-punctuation">{brackets(line)[1]}</span>
      </div>
    )
  if (line.shape === 'more')
    return (
      <div class="json-line" style={{ paddingLeft: `${(line.depth + 1) * 14 + 18}px` }}>
        <button class="json-more" onClick={() => onMore(line.path)}>
          {line.left} more
        </button>
      </div>
    )
  const needle = matched ? search : ''
  const isLeaf = line.shape === 'leaf'
  return (
    <div class={`json-line ${isLeaf ? '' : 'is-container'}`} data-current={current} style={indent}>
      {!isLeaf && (
        <button
          class="json-toggle"
          aria-expanded={line.shape === 'open'}
          aria-label={`${line.shape === 'open' ? 'Fold' : 'Unfold'} ${line.label ?? 'the message'}`}
          onClick={() => onToggle(line.path)}
        >
          <Icon name="chevron" size={12} />
        </button>
      )}
      {line.label !== null && (
        <>
          <span class={line.index ? 'json-index' : 'json-name'}>
            <Highlight text={line.label} needle={line.index ? '' : needle} />
          </span>
          <span class="json-punctuation">: </span>
        </>
      )}
      {isLeaf ? <Leaf line={line} needle={needle} /> : <Opening line={line} />}
    </div>
  )
}

function Opening({ line }: { line: TreeLine }) {
  const [first, last] = brackets(line)
  if (line.shape === 'open') return <span class="json-punctuation">{first}</span>
  return (
    <>
      <span class="json-punctuation">{first}</span>
      <span class="json-preview">{previewOf(line.node)}</span>
      <span class="json-punctuation">{last}</span>
    </>
  )
}

/** Characters of a string drawn before one has to ask for all. */
const stringLimit = 400

function Leaf({ line: { node, ...line }, needle }: { line: TreeLine; needle: string }) {
  const [whole, setWhole] = useState(false)
  const text = leafText(node)
  if (text === null || childCount(node) > 0) return <span class="json-punctuation">{brackets({ node, ...line })}</span>
  if (node.type !== 'string')
    return (
      <span class={`json-${node.type}`}>
        <Highlight text={text} needle={needle} />
      </span>
    )
  const cut = !whole && text.length > stringLimit
  const shown = cut ? text.slice(0, stringLimit) : text
  return (
    <span class="json-string">
      "<Highlight text={whole ? shown : visible(shown)} needle={needle} />
      {cut ? '…' : '"'}
      {cut && (
        <button class="json-more" onClick={() => setWhole(true)}>
          show all {sizeText(text.length)}
        </button>
      )}
      {!cut && !whole && text.includes('\n') && (
        <button class="json-more" onClick={() => setWhole(true)}>
          lines
        </button>
      )}
    </span>
  )
}

/** Escapes as JSON does, so that a line stays a line. */
const visible = (text: string) => JSON.stringify(text).slice(1, -1)
