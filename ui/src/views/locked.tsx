import { useState } from 'preact/hooks'
import type { ApiError } from '../../../src/api/contract.ts'
import { ErrorCard } from '../parts/error-card.tsx'
import { Logo } from '../parts/icon.tsx'
import { tokenFromPaste } from '../state/token.ts'

/** Shown without a token: says where it is, and takes it pasted. */
export function Locked({ refused, onToken }: { refused: ApiError | null; onToken: (token: string) => void }) {
  const [text, setText] = useState('')
  const [wrong, setWrong] = useState(false)
  const submit = (event: Event) => {
    event.preventDefault()
    const token = tokenFromPaste(text)
    setWrong(token === null)
    if (token !== null) onToken(token)
  }
  return (
    <main class="locked">
      <div class="locked-card">
        <h1 class="locked-title">
          <Logo /> mitmcp
        </h1>
        <p>
          Open the page again through the URL that mitmcp printed when it started. The part after the <code>#</code>{' '}
          holds a token made for that run; this page keeps it in memory only, so a reload loses it.
        </p>
        <form onSubmit={submit} class="locked-form">
          <label for="token">Or paste that URL, or its token, here</label>
          <div class="locked-row">
            <input
              id="token"
              class="input mono"
              value={text}
              autocomplete="off"
              spellcheck={false}
              placeholder="http://127.0.0.1:6273/#token=…"
              aria-invalid={wrong}
              aria-describedby={wrong ? 'token-wrong' : undefined}
              onInput={(event) => setText(event.currentTarget.value)}
            />
            <button class="button primary" type="submit">
              Open
            </button>
          </div>
          {wrong && (
            <p id="token-wrong" class="field-error" role="alert">
              That holds no token. It should end in #token= and some letters.
            </p>
          )}
        </form>
        {refused !== null && <ErrorCard error={refused} />}
        <p class="faint">
          Lost the terminal? The traffic is safe in the capture: run <code>mitmcp ui</code> for a new URL.
        </p>
      </div>
    </main>
  )
}
