import type { ApiError } from '../../../src/api/contract.ts'
import { Icon } from './icon.tsx'

/** An error of the API as it came: code, message, hint. */
export function ErrorCard({ error, onRetry }: { error: ApiError; onRetry?: () => void }) {
  return (
    <div class="error-card" role="alert">
      <Icon name="warn" size={16} />
      <div class="error-text">
        <p class="error-message">{error.message}</p>
        {error.hint !== '' && <p class="error-hint">{error.hint}</p>}
        <code class="error-code">{error.code}</code>
      </div>
      {onRetry !== undefined && (
        <button class="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  )
}
