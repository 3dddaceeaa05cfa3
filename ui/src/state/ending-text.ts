import type { FlowRow } from '../../../src/api/contract.ts'

/** Codes of WebSocket close frames in words; the test keeps them those of the command line. */
const closeWords: Record<number, string> = {
  1000: 'normal closure',
  1001: 'going away',
  1002: 'protocol error',
  1003: 'unsupported data',
  1005: 'no code given',
  1007: 'text that is not UTF-8, or data of the wrong type',
  1008: 'policy violation',
  1009: 'message too big',
  1010: 'the extension asked for was not agreed on',
  1011: 'internal error',
  1012: 'service restart',
  1013: 'try again later',
  1014: 'bad gateway',
  3000: 'unauthorized',
  3003: 'forbidden',
  3008: 'timeout',
}

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
