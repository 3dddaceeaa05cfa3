import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'
import { withRaw } from './unit.ts'

const KINDS = {
  'content-length': 'announces more bytes than it sends',
  'chunk-size': 'has a chunk size that is no number',
  garbage: 'begins with bytes that are no HTTP',
  head: 'has a field line without a colon and a bare CR',
} as const

export interface MalformOptions {
  readonly kind: keyof typeof KINDS
}

/** A response that is no good HTTP. What cannot be malformed so (a chunk size where there are no chunks) passes. */
export const malform: Fault<MalformOptions> = {
  type: 'malform',
  level: 2,
  summary: 'breaks the HTTP of a response',
  needs: 'units',
  applies: ['http', 'sse', 'websocket'],
  narrow: 'dir:s2c',
  direction: 's2c',
  per: 'message',
  options: z.strictObject({
    kind: z.enum(['content-length', 'chunk-size', 'garbage', 'head']).describe('What is wrong with it'),
  }),
  explain: ({ kind }) => `breaks responses: one ${KINDS[kind]}`,
  stage:
    ({ kind }, tools) =>
    (event) => {
      if (event.kind !== 'frame') return event.kind === 'start' || event.kind === 'tick' ? [] : [pass(event)]
      const raw = broken(kind, Buffer.from(event.frame.raw))
      if (raw !== null) return [pass(withRaw(event, raw))]
      tools.notApplied(`nothing to break: ${kind}`)
      return [pass(event)]
    },
}

function broken(kind: MalformOptions['kind'], raw: Buffer): Buffer | null {
  const text = raw.toString('latin1')
  const head = text.startsWith('HTTP/') ? text.indexOf('\r\n\r\n') : -1
  if (kind === 'chunk-size') {
    const from = head === -1 ? 0 : head + 4
    const size = /^[0-9a-f]+(?=[;\r])/i.exec(text.slice(from))?.[0]
    return size === undefined ? null : spliced(raw, from, from + size.length, 'zz')
  }
  if (head === -1) return null
  if (kind === 'garbage') return spliced(raw, 0, 0, '\x00\x01mitmcp\xff\xfe\r\n')
  if (kind === 'head') return spliced(raw, head, head, '\r\nNo colon here\rnor there')
  const length = /\r\ncontent-length:[ \t]*(\d+)/i.exec(text.slice(0, head + 2))
  if (length === null) return null
  const to = length.index + length[0].length
  const digits = length[1] ?? ''
  return spliced(raw, to - digits.length, to, String(Number(digits) + 100))
}

const spliced = (raw: Buffer, from: number, to: number, put: string): Buffer =>
  Buffer.concat([raw.subarray(0, from), Buffer.from(put, 'latin1'), raw.subarray(to)])
