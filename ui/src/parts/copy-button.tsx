import { useEffect, useState } from 'preact/hooks'
import { announce } from '../state/announce.ts'
import { Icon } from './icon.tsx'

/** Puts text on the clipboard and says so. `text` may be made on the click, if it costs something. */
export function CopyButton({ text, label, small }: { text: string | (() => string); label: string; small?: boolean }) {
  const [done, setDone] = useState(false)
  useEffect(() => {
    if (!done) return
    const timer = setTimeout(() => setDone(false), 1500)
    return () => clearTimeout(timer)
  }, [done])
  const copy = async () => {
    setDone(await copyText(typeof text === 'string' ? text : text()))
  }
  return (
    <button class={small ? 'icon-button' : 'button'} onClick={() => void copy()} aria-label={label} title={label}>
      <Icon name={done ? 'check' : 'copy'} />
      {!small && <span>{done ? 'Copied' : 'Copy'}</span>}
    </button>
  )
}

/** Gives false, and says why, where the browser does not let us. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    announce('Copied')
    return true
  } catch {
    announce('The browser does not allow copying here. Select the text instead.')
    return false
  }
}
