import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { JsonNode } from '../state/json-parse.ts'
import { findInTree, formatJson, pageSize, treeLines, viewOfMatches, type TreeView } from '../state/json-tree.ts'
import { rawJson } from '../state/settings.ts'
import { CopyButton } from './copy-button.tsx'
import { Icon } from './icon.tsx'
import { JsonLine } from './json-line.tsx'
import { TextView } from './text-view.tsx'

/** Lines drawn at once; beyond, a button asks for more. */
const linePage = 1500

/** A JSON value: tree or text as it came, searched and copied. */
export function JsonView({ root, text }: { root: JsonNode; text: string }) {
  const tree = useTree(root)
  const box = useRef<HTMLDivElement>(null)
  const [current, setCurrent] = useState(0)
  const paths = tree.matches.paths
  const at = paths.length === 0 ? null : (paths[current % paths.length] ?? null)
  useEffect(() => {
    if (at !== null) box.current?.querySelector('[data-current="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [at])
  const search = (next: string) => {
    setCurrent(0)
    tree.setText(next)
  }
  return (
    <div class="json-view" ref={box}>
      <div class="json-tools">
        <SearchBox
          text={tree.text}
          count={paths.length}
          current={current}
          onText={search}
          onStep={(by) => setCurrent((current + by + paths.length) % Math.max(1, paths.length))}
        />
        <button
          class="button quiet"
          aria-pressed={rawJson.value}
          title="JSON as it came  J"
          onClick={() => (rawJson.value = !rawJson.value)}
        >
          As sent
        </button>
        <button class="button quiet" onClick={tree.toggleAll}>
          {tree.all ? 'Fold' : 'Unfold'}
        </button>
        <CopyButton text={() => formatJson(root)} label="Copy as formatted JSON" small />
      </div>
      {rawJson.value ? (
        <TextView text={text} label="JSON as sent" />
      ) : (
        <Lines tree={tree} matched={paths} current={at} />
      )}
    </div>
  )
}

interface LinesProps {
  tree: ReturnType<typeof useTree>
  matched: readonly string[]
  current: string | null
}

function Lines({ tree, matched, current }: LinesProps) {
  const [limit, setLimit] = useState(linePage)
  const found = useMemo(() => new Set(matched), [matched])
  const needed = current === null ? 0 : tree.lines.findIndex(({ path }) => path === current) + 1
  const drawn = Math.max(limit, needed)
  return (
    <div class="json mono" role="group" aria-label="JSON">
      {tree.lines.slice(0, drawn).map((line) => {
        const own = line.shape !== 'close' && line.shape !== 'more'
        return (
          <JsonLine
            key={`${line.path}:${line.shape}`}
            line={line}
            search={tree.text}
            matched={own && found.has(line.path)}
            current={own && line.path === current}
            onToggle={tree.toggle}
            onMore={tree.more}
          />
        )
      })}
      {tree.lines.length > drawn && (
        <button class="button" onClick={() => setLimit(drawn + linePage * 4)}>
          Show more ({tree.lines.length - drawn} lines)
        </button>
      )}
    </div>
  )
}

/** Which containers stand open, and what a search found. */
function useTree(root: JsonNode) {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set())
  const [shown, setShown] = useState<ReadonlyMap<string, number>>(new Map())
  const [all, setAll] = useState(false)
  const [text, setText] = useState('')
  const matches = useMemo(() => findInTree(root, text), [root, text])
  const view: TreeView = useMemo(
    () => viewOfMatches(root, { toggled, shown, openDepth: all ? 50 : 4 }, matches),
    [root, toggled, shown, all, matches],
  )
  const lines = useMemo(() => treeLines(root, view), [root, view])
  const toggle = (path: string) => {
    const next = new Set(toggled)
    if (!next.delete(path)) next.add(path)
    setToggled(next)
  }
  return {
    lines,
    matches,
    text,
    setText,
    all,
    toggle,
    more: (path: string) => setShown(new Map(shown).set(path, (shown.get(path) ?? pageSize) * 5)),
    toggleAll: () => {
      setToggled(new Set())
      setAll(!all)
    },
  }
}

interface SearchProps {
  text: string
  count: number
  current: number
  onText: (text: string) => void
  onStep: (by: number) => void
}

function SearchBox({ text, count, current, onText, onStep }: SearchProps) {
  return (
    <div class="search-box small">
      <Icon name="search" />
      <input
        class="input"
        aria-label="Search in the message"
        placeholder="Search"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => onText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onStep(event.shiftKey ? -1 : 1)
          if (event.key === 'Escape' && text !== '') {
            event.stopPropagation()
            onText('')
          }
        }}
      />
      {text !== '' && <output class="faint num">{count === 0 ? 'none' : `${(current % count) + 1}/${count}`}</output>}
    </div>
  )
}
