import { describe, expect, it } from 'vitest'
import { closeBench, createBench, type Law } from './law.ts'
import { title, topics, transportLaws } from './transport.ts'
import { autobahnDiffers } from './websocket-peers.ts'
import { startBareHttpProxy } from '../support/bare-http-proxy.ts'
import { flawedPipe, type Flaw } from '../support/flawed-pipe.ts'
import type { StartProxy } from '../support/line.ts'

const laws: readonly Law[] = Object.values(topics).flat()

/** Laws whose title begins so. */
function named(start: string): readonly Law[] {
  const found = laws.filter((law) => title(law).startsWith(start))
  if (found.length === 0) throw new Error(`no law begins with: ${start}`)
  return found
}

/** Titles of those that hold where none should. */
async function holding(start: StartProxy, starts: readonly string[]): Promise<string[]> {
  const held: string[] = []
  const tryOne = async (law: Law): Promise<void> => {
    const bench = await createBench(start, 250)
    await law.check(bench).then(
      () => held.push(title(law)),
      () => {},
    )
    await closeBench(bench)
  }
  await Promise.all(starts.flatMap(named).map(tryOne))
  return held
}

const noName = (text: string): string => text.replaceAll(/^[\w-]+(?=:)/gm, (name) => name.toLowerCase())

const flaws: readonly (readonly [what: string, flaw: Flaw, fails: readonly string[]])[] = [
  [
    'a reset made a FIN',
    { reset: 'fin' },
    ['law 6: passes RST', 'law 6: passes a reset', 'law 7: goes on', 'law 8: loses nothing more', 'law 22: passes RST'],
  ],
  [
    'an EOF that is believed',
    { reset: 'unprobed' },
    ['law 6: passes RST of the server as RST behind data', 'law 6: passes RST of the client as RST behind data'],
  ],
  ['no half-close', { closesBoth: true }, ['law 6: passes a half-close', 'law 22: keeps a half-open']],
  [
    'endings 200 ms late',
    { lateMs: 200 },
    ['law 6: passes FIN of the server as FIN between', 'law 6: passes FIN of the client as FIN in'],
  ],
  ['endings 4 ms late', { lateMs: 4 }, ['law 10:']],
  [
    'field names in lower case',
    { bytes: noName },
    ['law 1: passes heads', 'law 2: passes trailers', 'law 12: passes every other', 'law 20: passes subprotocols'],
  ],
  [
    'answers kept until complete',
    { whole: 's2c' },
    [
      'law 4: delivers the first byte of an answer',
      'law 4: delivers a head',
      'law 11:',
      'law 15:',
      'law 16:',
      'law 9:',
    ],
  ],
  [
    'requests kept until complete',
    { whole: 'c2s' },
    [
      'law 4: delivers the first byte of a request',
      'law 4: delivers a chunked',
      'law 14: passes an unfinished head as',
    ],
  ],
  ['reading on without end', { greedy: true }, ['law 8: slows']],
  ['a time-out', { idleMs: 700 }, ['law 17: neither', 'law 4: delivers halves']],
  [
    'pings answered by the proxy',
    { bytes: (text) => text.replace('\x89\x8f', '\x8a\x8f').replace('\x89\x0f', '\x8a\x0f') },
    ['law 22: leaves pings'],
  ],
  ['masks taken off', { bytes: (text) => text.replace('\x81\x85', '\x81\x05') }, ['law 21: passes masks']],
  [
    'close codes made tidy',
    { bytes: (text) => text.replace(/\x88([^]*)\x03\xe8/, '\x88$1\x03\xe9') },
    ['law 22: adds no close', 'law 21: passes close frames of code 1000'],
  ],
  [
    'extensions refused',
    { bytes: (text) => text.replaceAll(/sec-websocket-extensions:.*\r\n/gi, '') },
    ['law 20: passes subprotocols'],
  ],
  [
    'a refusal without its body',
    { bytes: (text) => text.replace('no such Origin', '').replace('2\r\nno\r\n', '') },
    ['law 20: passes a refusal', 'law 20: passes 426'],
  ],
  [
    'what comes with the handshake thrown away',
    { bytes: (text) => text.replace(/(\r\n\r\n)[\x81\x89].*/s, '$1') },
    ['law 20: loses'],
  ],
  ['one connection at a time', { single: true }, ['law 9:', 'law 13: asks upstream for the']],
  ['JSON parsed and written', { bytes: (text) => text.replace('1.0', '1') }, ['law 5: passes JSON']],
  ['chunks merged', { bytes: (text) => text.replace(/\r\n0003 ; x\r\n/, '\r\n3\r\n') }, ['law 1: passes chunk']],
  [
    'a field added',
    { bytes: (text) => text.replace('\r\n', '\r\nVia: 1.1 x\r\n') },
    ['law 1: passes heads', 'law 1: invents', 'law 2: passes Date', 'law 3: passes HEAD'],
  ],
  [
    '1xx dropped',
    { bytes: (text) => text.replaceAll(/HTTP\/1.1 1\d\d .*\r\n(.+\r\n)*\r\n/g, '') },
    ['law 2: passes 102', 'law 3: passes Expect', 'law 14: passes an upgrade to'],
  ],
  [
    '%2F made a slash',
    { bytes: (text) => text.replace('%2F', '/') },
    ['law 3: passes %2F', 'law 13: asks upstream for the'],
  ],
  [
    'every name replaced',
    {
      bytes: (text, way) =>
        way === 's2c' ? text.replaceAll('http://', 'https://') : text.replaceAll('127.0.0.1', 'x'),
    },
    [
      'law 12: passes every',
      'law 12: rewrites nothing',
      'law 12: rewrites no metadata',
      'law 18: rewrites no event',
      'law 18: leaves',
    ],
  ],
  [
    'no edits',
    {},
    [
      'law 12: rewrites Host',
      'law 12: rewrites Origin',
      'law 12: rewrites redirects',
      'law 12: frees',
      'law 12: sets',
      'law 12: rewrites a field',
      'law 12: names the proxy',
      'law 18: leads to the proxy by an endpoint that is absolute',
      'law 18: leads to the proxy by an endpoint that is scheme-relative',
    ],
  ],
  [
    'a bare 502',
    { refusal: 'HTTP/1.1 502 Bad Gateway\r\n\r\n' },
    ['law 7: answers', 'law 7: delivers', 'law 7: says nothing', 'law 7: resets'],
  ],
]

describe('a guard that was never seen to fail is no guard', () => {
  it.each(flaws)('sees %s', { timeout: 60_000 }, async (_what, flaw, fails) => {
    expect(await holding(flawedPipe(flaw), fails)).toEqual([])
  })

  it('sees what bare http-proxy does', { timeout: 60_000 }, async () => {
    const fails = [
      'law 1:',
      'law 2: passes 102',
      'law 2: passes trailers',
      'law 3: passes Expect',
      'law 6: passes the end of an aborted fetch',
      'law 6: passes RST of the client as RST before',
      'law 13:',
      'law 14: passes pipelined',
      'law 20: passes subprotocols',
      'law 20: passes 426',
    ]
    expect(await holding(startBareHttpProxy, fails)).toEqual([])
  })
})

describe('law 23', () => {
  it.each([
    ['texts made binary', (text: string) => text.replace(/\x81(?=[\x80-\xff])/, '\x82'), '6.2.1'],
    ['pings dropped', (text: string) => text.replace(/\x89[\x80-\xfd][^]*/, ''), '2.2'],
    ['extensions refused', (text: string) => text.replaceAll(/sec-websocket-extensions:.*\r\n/gi, ''), '12.1.1'],
  ])('sees %s', { timeout: 60_000 }, async (_what, bytes, id) => {
    expect(await autobahnDiffers(flawedPipe({ bytes }))).toContain(id)
  })

  it('sees nothing where nothing is changed', async () => {
    expect(await autobahnDiffers(flawedPipe({}))).toEqual([])
  })
})

transportLaws('two sockets joined with care', flawedPipe({}), { topics: ['endings'] })
