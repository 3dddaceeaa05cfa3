import { useEffect, useRef } from 'preact/hooks'
import { useApp } from '../app-context.ts'
import { createFilterField, type FilterField as Field } from '../state/filter-field.ts'
import { Icon } from './icon.tsx'

const focusList = () => document.getElementById('frames')?.focus()

interface FilterFieldProps {
  /** Of the input; the parts around it are named for it. */
  id: string
  label: string
  placeholder: string
  /** The filter in force. */
  text: string
  /** Told of every text that holds, once the hand rests. */
  onCommit: (text: string) => void
  /** Told of every text. */
  onText?: (text: string) => void
  /** Enter, and Escape where there is nothing left to undo. */
  onLeave?: () => void
  /** Beside the text while it is empty. */
  shortcut?: string
}

/** The search field of the traffic. */
export function FilterField() {
  const { route, go } = useApp()
  return (
    <FilterInput
      id="filter"
      label="Filter"
      placeholder="method:tools/call -outcome:ok, or any text"
      text={route.value.filter.text}
      onCommit={(text) => go({ filter: { ...route.peek().filter, text } })}
      onLeave={focusList}
      shortcut="/"
    />
  )
}

/** A field for the filter language, with what could stand at the cursor, and what is wrong underlined. */
export function FilterInput(props: FilterFieldProps) {
  const { id, shortcut } = props
  const input = useRef<HTMLInputElement>(null)
  const field = useField(props, input)
  const open = field.open.value
  const problem = field.problem.value
  const active = field.active.value
  return (
    <div class="search-box filter-field">
      <Icon name="search" />
      <FilterMarks field={field} input={input} />
      <input
        ref={input}
        id={id}
        class="input"
        type="text"
        role="combobox"
        aria-label={props.label}
        aria-expanded={open}
        aria-controls={`${id}-options`}
        aria-autocomplete="list"
        aria-invalid={problem !== null}
        aria-describedby={isTold(field) ? `${id}-problem` : undefined}
        aria-activedescendant={open && active !== null ? `${id}-option-${active}` : undefined}
        placeholder={props.placeholder}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        value={field.text.value}
        onInput={({ currentTarget }) => {
          field.type(currentTarget.value, currentTarget.selectionStart)
          props.onText?.(currentTarget.value)
        }}
        onKeyDown={(event) => onKey(event, field, props.onLeave)}
        onBlur={() => field.close()}
      />
      {field.text.value === '' ? (
        shortcut !== undefined && <kbd aria-hidden="true">{shortcut}</kbd>
      ) : (
        <button type="button" class="icon-button" aria-label="Clear the filter" onClick={() => field.clear()}>
          <Icon name="cross" size={12} />
        </button>
      )}
      <FilterPopup id={id} field={field} />
    </div>
  )
}

/** The field's state, kept in step with the filter in force and with the cursor. */
function useField(props: FilterFieldProps, input: { readonly current: HTMLInputElement | null }): Field {
  const { text } = props
  const { api } = useApp()
  const now = useRef(props)
  now.current = props
  const made = useRef<Field>(undefined)
  made.current ??= createFilterField({
    ask: (text, cursor, signal) => api.get('/api/filter', { text, ...(cursor !== null && { cursor }) }, signal),
    commit: (next) => now.current.onCommit(next),
    wait: (ms, run) => {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
  })
  const field = made.current
  useEffect(() => {
    if (text !== field.text.peek()) field.show(text)
  }, [text])
  const cursor = field.cursor.value
  useEffect(() => {
    if (cursor !== null) input.current?.setSelectionRange(cursor, cursor)
  }, [cursor, field.text.value])
  return field
}

function onKey(event: KeyboardEvent, field: Field, leave?: () => void): void {
  const { selectionStart } = event.currentTarget as HTMLInputElement
  const open = field.open.value
  const taken = () => {
    event.preventDefault()
    event.stopPropagation()
  }
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    taken()
    if (open) field.move(event.key === 'ArrowDown' ? 1 : -1)
    else field.offer(selectionStart)
  } else if ((event.key === 'Enter' || event.key === 'Tab') && open && field.active.value !== null) {
    taken()
    field.accept(field.active.value)
  } else if (event.key === 'Enter' && leave !== undefined) {
    field.commit()
    leave()
  } else if (event.key === 'Escape') {
    taken()
    if (open) field.close()
    else if (field.text.value === '') leave?.()
    else field.clear()
  }
}

/** The same text behind the field, with a wavy line where it is wrong. */
function FilterMarks({ field, input }: { field: Field; input: { readonly current: HTMLInputElement | null } }) {
  const marks = useRef<HTMLDivElement>(null)
  const problem = field.problem.value
  const text = field.text.value
  useEffect(() => {
    const element = input.current
    if (element === null || problem === null) return
    const follow = () => {
      if (marks.current !== null) marks.current.scrollLeft = element.scrollLeft
    }
    follow()
    element.addEventListener('scroll', follow)
    return () => element.removeEventListener('scroll', follow)
  }, [problem])
  if (problem === null) return null
  const [from, to] = [problem.from, Math.max(problem.to, problem.from + 1)]
  return (
    <div ref={marks} class="filter-marks" aria-hidden="true">
      {text.slice(0, from)}
      <span class="filter-wrong">{text.slice(from, to) || '\u00a0'}</span>
      {text.slice(to)}
    </div>
  )
}

/** While something can still be put where it is missing, that is no mistake to be told of. */
function isTold({ problem, open }: Field): boolean {
  return problem.value !== null && !(open.value && problem.value.from === problem.value.to)
}

function FilterPopup({ id, field }: { id: string; field: Field }) {
  const problem = field.problem.value
  const open = field.open.value
  const active = field.active.value
  useEffect(() => {
    if (active !== null) document.getElementById(`${id}-option-${active}`)?.scrollIntoView({ block: 'nearest' })
  }, [active])
  return (
    <div class="filter-popup" hidden={problem === null && !open}>
      {problem !== null && isTold(field) && (
        <p id={`${id}-problem`} class="filter-problem" role="status">
          {problem.message} <span class="filter-hint">{problem.hint}</span>
        </p>
      )}
      <ul id={`${id}-options`} role="listbox" aria-label="What could stand here" hidden={!open}>
        {field.candidates.value.map(({ text, summary }, at) => (
          <li
            key={text}
            id={`${id}-option-${at}`}
            role="option"
            aria-selected={at === active}
            // before the field loses the focus
            onMouseDown={(event) => (event.preventDefault(), field.accept(at))}
          >
            <span class="mono">{text}</span>
            <span class="filter-summary">{summary}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}
