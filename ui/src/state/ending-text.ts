import type { FlowRow } from '../../../src/api/contract.ts'
import { closeWords } from './close-words.ts'

const howText = (how: string) => {
  if (!how.startsWith('ws:')) return how
  const code = Number(how.slice(3))
  const words = closeWords[code]
  return `closed with ${code}${words === undefined ? '' : ` (${words})`}`
}

/** How a direction came to its end, in one line. */
export function endingText(ending: FlowRow['c2sEnding']): string {
  if (ending === null) return 'open'
  const { how, by, at, detail } = ending
  return [howText(how), `by ${by}`, at === undefined ? '' : `at ${at}`, detail ?? '']
    .filter((part) => part !== '')
    .join(' ')
}
