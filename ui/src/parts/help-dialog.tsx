import { useEffect, useRef } from 'preact/hooks'
import { helpOpen } from '../state/settings.ts'
import { Icon } from './icon.tsx'

const shortcuts: readonly (readonly [keys: string, what: string])[] = [
  ['j  k', 'Next, previous row'],
  ['g  G', 'Oldest frame, newest frame and follow'],
  ['Enter', 'Into the detail'],
  ['Esc', 'Back to the list, then close the detail'],
  ['/', 'Filter'],
  ['p', 'Hold the list still, let it run'],
  ['y', 'Copy the message'],
  ['J', 'JSON as a tree, or as it came'],
  ['1 … 6', 'Tabs of the detail'],
  ['f', 'Faults, and back to the traffic'],
  ['H', 'Heal all: ends every fault'],
  ['?', 'This list'],
]

export function HelpDialog() {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (helpOpen.value) dialog.current?.showModal()
    else dialog.current?.close()
  }, [helpOpen.value])
  const close = () => (helpOpen.value = false)
  return (
    <dialog
      ref={dialog}
      class="help"
      aria-labelledby="help-title"
      onClose={close}
      onClick={(event) => event.target === dialog.current && close()}
    >
      <div class="help-head">
        <h2 id="help-title">Keyboard</h2>
        <button class="icon-button" aria-label="Close" onClick={close}>
          <Icon name="cross" />
        </button>
      </div>
      <dl class="help-list">
        {shortcuts.map(([keys, what]) => (
          <div key={keys} class="help-row">
            <dt>
              {keys.split('  ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  )
}
