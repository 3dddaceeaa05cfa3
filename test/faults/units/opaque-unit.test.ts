import { expect, test } from 'vitest'
import { watchedLine } from '../../support/watched-line.ts'

/** What comes where HTTP is over, in each direction. */
function switched() {
  const line = watchedLine()
  line.push('c2s', 'GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: custom\r\n\r\n')
  line.push('s2c', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: custom\r\n\r\n')
  const heads = line.units.length
  return { line, units: () => line.units.slice(heads).map(({ meaning }) => meaning) }
}

test('bytes of what is not understood are units as they come, of an own transport', () => {
  const { line, units } = switched()
  line.push('c2s', 'abc')
  line.push('s2c', 'd\xc3\xa9f')
  expect(
    units().map(({ subject: { direction, kind, transport, session, messages } }) =>
      [direction, kind, transport, session, messages.length].join(' '),
    ),
  ).toEqual(['c2s opaque opaque  0', 's2c opaque opaque  0'])
  expect([line.out('c2s').endsWith('abc'), line.out('s2c').endsWith('d\xc3\xa9f'), line.edits]).toEqual([
    true,
    true,
    [],
  ])
})

test('they have places, and a proper end, but nothing to be changed', () => {
  const { line, units } = switched()
  line.push('s2c', 'd\xc3\xa9f')
  const [unit] = units()
  expect(unit!.places).toEqual({ midEvent: 2, midChar: 2, afterHeaders: 0 })
  expect([unit!.terminator(), unit!.terminator(1001), unit!.body(Buffer.from('x'))]).toEqual([
    new Uint8Array(0),
    null,
    Buffer.from('x'),
  ])
  expect(Buffer.from(unit!.upTo('mid-event')!).toString('latin1')).toBe('d\xc3')
  const none = [
    unit!.json,
    unit!.withJson('{}'),
    unit!.withPayload(Buffer.from('x')),
    unit!.withHead({}),
    unit!.another('{}'),
    unit!.block('x'),
    unit!.heartbeat(),
    unit!.respond(200, {}, ''),
    unit!.answer('{}'),
    unit!.exchange,
  ]
  expect(none).toEqual(none.map(() => null))
})

test('they are found in the middle of a connection, too', () => {
  const line = watchedLine({ idle: true })
  const standing = () => ({
    fork: () => null,
    opaque: true,
    head: null,
    tail: Buffer.alloc(0),
    border: false,
    outstanding: { exchanges: [], switched: false, protocol: '', deflate: null },
  })
  line.push('c2s', 'abc')
  line.begin({ c2s: standing, s2c: standing })
  line.push('c2s', 'GET / HTTP/1.1\r\n\r\n')
  line.push('s2c', 'x')
  expect(line.units.map(({ meaning }) => `${meaning.subject.direction} ${meaning.subject.transport}`)).toEqual([
    'c2s opaque',
    's2c opaque',
  ])
})
