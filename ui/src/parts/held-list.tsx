import { useState } from 'preact/hooks'
import type { HeldAnswer, HeldRow } from '../../../src/api/contract.ts'
import { useApp } from '../app-context.ts'
import { heldOwner, heldTitle } from '../state/held-text.ts'
import { isJson, spreadJson, tightJson } from '../state/json-layout.ts'
import { settle } from '../state/settle.ts'
import { waitText } from '../state/time-format.ts'
import { DirectionMark } from './direction-mark.tsx'
import { Icon } from './icon.tsx'

/** Messages that wait at a breakpoint, newest first, a line each until one is opened: to be looked at, changed, sent on or dropped. */
export function HeldList() {
  const held = useApp().faults.breakpoints.held.value
  if (held.length === 0) return null
  return (
    <section class="fault-section held-section" aria-labelledby="held-title">
      <h2 id="held-title">
        <Icon name="hand" size={16} />{' '}
        {held.length === 1 ? 'A message waits for you' : `${held.length} messages wait for you`}
      </h2>
      <ul class="held-list">
        {held.toReversed().map((row) => (
          <HeldItem key={row.id} row={row} alone={held.length === 1} />
        ))}
      </ul>
    </section>
  )
}

const doneWords = { send: 'Sent on', edit: 'Sent on, changed', drop: 'Dropped' } as const

/** `alone`: no other waits as it comes, so it is opened at once. */
function HeldItem({ row, alone }: { row: HeldRow; alone: boolean }) {
  const { faults } = useApp()
  const [open, setOpen] = useState(alone)
  const [text, setText] = useState(() => spreadJson(row.payload ?? ''))
  const answer = (given: HeldAnswer) => void settle(faults.breakpoints.answer(row.id, given), doneWords[given.do])
  const changed = row.payload !== null && tightJson(text) !== tightJson(row.payload)
  const valid = isJson(text)
  const about = `held-${row.id}-about`
  return (
    <li class={open ? 'held' : 'held is-folded'}>
      <HeldHead row={row} />
      {row.payload !== null && !open && <p class="held-peek faint mono">{tightJson(text)}</p>}
      {row.payload !== null && open && (
        <>
          <textarea
            class="input mono"
            aria-label="The message"
            aria-describedby={about}
            rows={Math.min(10, text.split('\n').length)}
            spellcheck={false}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <p id={about} class={valid ? 'field-about' : 'field-about is-warn'} role="status">
            {valid
              ? changed
                ? 'Changed. It is sent without the line breaks.'
                : 'Change it, or send it as it is.'
              : 'This is no JSON. You can send it all the same, letter by letter.'}
          </p>
        </>
      )}
      <div class="form-actions">
        <button
          class="button primary"
          onClick={() => answer(changed ? { do: 'edit', payload: tightJson(text) } : { do: 'send' })}
        >
          <Icon name="play" /> {changed ? 'Send edited' : 'Send'}
        </button>
        {changed && (
          <button class="button" onClick={() => setText(spreadJson(row.payload ?? ''))}>
            As it was
          </button>
        )}
        <button class="button" onClick={() => answer({ do: 'drop' })}>
          <Icon name="bin" /> Drop
        </button>
        {row.payload !== null && (
          <button class="button" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? 'Fold' : 'Open'}
          </button>
        )}
      </div>
    </li>
  )
}

/** What it is, how long it has waited, when it goes by itself. */
function HeldHead({ row }: { row: HeldRow }) {
  const { now } = useApp()
  const { main, subject } = heldTitle(row)
  const owner = heldOwner(row)
  return (
    <p class="held-head">
      <DirectionMark direction={row.direction} />
      <strong>{main}</strong>
      {subject !== null && <span class="what-subject">{subject}</span>}
      {owner !== '' && <span class="held-owner">{owner}</span>}
      <span class="faint mono">{row.rule}</span>
      <span class="held-times num">
        waits <strong>{waitText(now.value - row.at)}</strong>, goes by itself in {waitText(row.deadline - now.value)}
      </span>
    </p>
  )
}

/** Beside the traffic: that something waits, and the way to it. */
export function HeldStrip() {
  const { faults, go, now } = useApp()
  const held = faults.breakpoints.held.value
  const [first] = held
  if (first === undefined) return null
  const { main, subject } = heldTitle(first)
  const owner = heldOwner(first)
  return (
    <section class="held-strip" aria-label="Held messages">
      <Icon name="hand" />
      <span class="held-strip-text">
        <strong>
          {main} {subject}
        </strong>{' '}
        {owner !== '' && <span class="held-owner">{owner}</span>} {held.length > 1 && `and ${held.length - 1} more `}
        {held.length > 1 ? 'wait' : 'waits'} at {first.rule}, <span class="num">{waitText(now.value - first.at)}</span>
      </span>
      <button
        class="button"
        onClick={() => void settle(faults.breakpoints.answer(first.id, { do: 'send' }), doneWords.send)}
      >
        Send
      </button>
      <button class="button" onClick={() => go({ view: 'faults' }, true)}>
        Look at it
      </button>
    </section>
  )
}
