import { useState } from 'preact/hooks'
import { sizeText } from '../state/size-format.ts'

/** Characters drawn before one has to ask for more. */
const pageSize = 100_000

/** Plain text, a page at a time. */
export function TextView({ text, label = 'Text' }: { text: string; label?: string }) {
  const [shown, setShown] = useState(pageSize)
  return (
    <>
      <pre class="text-view mono" aria-label={label}>
        {text.slice(0, shown)}
      </pre>
      {text.length > shown && (
        <button class="button" onClick={() => setShown(shown + pageSize * 5)}>
          Show more ({sizeText(text.length - shown)} left)
        </button>
      )}
    </>
  )
}
