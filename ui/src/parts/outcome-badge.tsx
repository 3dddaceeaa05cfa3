import type { CallRow } from '../../../src/api/contract.ts'
import { Icon, type IconName } from './icon.tsx'

type Outcome = CallRow['outcome']

const looks: Record<Outcome, readonly [tone: string, icon: IconName, text: string]> = {
  ok: ['ok', 'check', 'ok'],
  error: ['error', 'cross', 'error'],
  'tool-error': ['warn', 'warn', 'tool error'],
  cancelled: ['dim', 'stop', 'cancelled'],
  'client-left': ['warn', 'stop', 'client left'],
  'server-closed': ['error', 'stop', 'server closed'],
  silent: ['error', 'clock', 'no answer'],
  fault: ['fault', 'warn', 'fault'],
  pending: ['pending', 'clock', 'pending'],
}

/** What became of a call: by icon and word, the colour only helps. */
export function OutcomeBadge({
  call: { outcome, code, madeBy },
}: {
  call: Pick<CallRow, 'outcome' | 'code' | 'madeBy'>
}) {
  const [tone, icon, text] = looks[outcome]
  const numbered = (outcome === 'error' || madeBy !== null) && code !== null
  const title = numbered ? `error ${code}` : text
  return (
    <span class={`badge tone-${tone}`} title={madeBy === null ? title : `${title}: answered by rule ${madeBy}`}>
      <Icon name={icon} size={12} />
      <span class="num">{numbered ? code : text}</span>
    </span>
  )
}

const toneOf = (status: number) => (status >= 500 ? 'error' : status >= 400 ? 'warn' : status >= 300 ? 'dim' : 'ok')

export function HttpStatus({ status }: { status: number }) {
  return <span class={`badge num tone-${toneOf(status)}`}>{status}</span>
}
