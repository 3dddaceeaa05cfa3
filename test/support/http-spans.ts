/** A listener that writes down what a splitter tells, one word for each span, and checks that spans cover their chunk. */
import { expect } from 'vitest'
import { type Exchange, type Outstanding, createHttp1Splitter, createOutstanding } from '../../src/wire/http1.ts'
import type { Http1Head, Http1Listener, Http1SplitterOptions, Http1State } from '../../src/wire/http1.ts'

export interface HeardMessage {
  start: string
  body: string
  complete: boolean
}

export interface Heard {
  /** `head POST /mcp length 5`, `payload "hello"`, `framing "0\r\n"`, `end`, `opaque "…"`; neighbours of a kind are one. */
  said: string[]
  /** 1xx left out. */
  messages: HeardMessage[]
  /** Where in the input the first opaque byte is; null when there is none. */
  opaqueAt: number | null
  framings: string[]
  state: Http1State
}

export interface Listening {
  push(bytes: Uint8Array): void
  end(): void
  heard(): Heard
}

export function listen(
  side: 'request' | 'response',
  outstanding: Outstanding,
  options?: Http1SplitterOptions,
): Listening {
  const said: [string, string][] = []
  const messages: HeardMessage[] = []
  const framings: string[] = []
  let opaqueAt: number | null = null
  let headBytes = ''
  let before = 0
  let covered = 0
  const span = (kind: string) => (chunk: Uint8Array, from: number, to: number) => {
    expect([from, to > from && to <= chunk.length]).toEqual([covered, true])
    covered = to
    const text = Buffer.from(chunk.subarray(from, to)).toString('latin1')
    if (kind === 'headSpan') headBytes += text
    if (kind === 'payload') messages.at(-1)!.body += text
    if (kind === 'opaque') opaqueAt ??= before + from
    const last = said.at(-1)
    if (last?.[0] === kind) last[1] += text
    else said.push([kind, text])
  }
  const listener: Http1Listener = {
    headSpan: span('headSpan'),
    payload: span('payload'),
    framing: span('framing'),
    opaque: span('opaque'),
    head(head: Http1Head) {
      expect(Buffer.from(head.raw).toString('latin1')).toBe(headBytes)
      headBytes = ''
      const start = side === 'request' ? head.method : String(head.status)
      const tunnel = head.framing === 'tunnel'
      const isInterim = side === 'response' && head.status >= 100 && head.status < 200 && !tunnel
      if (!isInterim) messages.push({ start, body: '', complete: tunnel })
      framings.push(head.framing)
      const words = ['head', start, head.target, head.framing, head.framing === 'length' ? head.length : '']
      said.push([words.filter((word) => word !== '').join(' '), ''])
    },
    messageEnd() {
      messages.at(-1)!.complete = true
      said.push(['end', ''])
    },
  }
  const splitter = createHttp1Splitter(side, outstanding, listener, options)
  return {
    push(bytes) {
      covered = 0
      const lent = Buffer.from(bytes)
      splitter.push(lent)
      lent.fill(0x21)
      expect(covered).toBe(bytes.length)
      before += bytes.length
    },
    end: () => splitter.end(),
    heard: () => ({
      said: said
        .filter(([kind]) => kind !== 'headSpan')
        .map(([kind, text]) => (text ? `${kind} ${JSON.stringify(text)}` : kind)),
      messages,
      opaqueAt,
      framings,
      state: splitter.state,
    }),
  }
}

/** What a splitter makes of this input. `asked`: the requests a response side finds outstanding, by method. */
export function hear(
  side: 'request' | 'response',
  pieces: readonly (Uint8Array | string)[],
  asked: readonly string[] = [],
  options?: Http1SplitterOptions,
): Heard {
  const outstanding = createOutstanding()
  outstanding.exchanges.push(...asked.map((method): Exchange => ({ method, upgrade: false })))
  const listening = listen(side, outstanding, options)
  for (const piece of pieces) listening.push(Buffer.from(piece as string, 'latin1'))
  listening.end()
  return listening.heard()
}
