import type { WrittenRule } from '../../../src/api/contract.ts'

/** A fault to begin with. */
export interface FirstFault {
  readonly title: string
  readonly why: string
  readonly rule: WrittenRule
}

/** Three that do no lasting harm, on any transport: they end by themselves. */
export const firstFaults: readonly FirstFault[] = [
  {
    title: 'Make everything late',
    why: 'Does the client wait, or time out? Ends by itself after a minute.',
    rule: { fault: 'latency', delay: '800ms', jitter: '300ms', for: '1m' },
  },
  {
    title: 'Lose one answer',
    why: 'The server does the work, the client never hears of it. Does it ask again, or wait for ever?',
    rule: { fault: 'drop', match: 'method:tools/call dir:s2c', times: 1 },
  },
  {
    title: 'Cut the line',
    why: 'Resets the next exchange. Does the client come back by itself, and how soon?',
    rule: { fault: 'cut', end: 'rst', times: 1 },
  },
]
