import { expect, test } from 'vitest'
import { authExpire } from '../../src/faults/auth-expire.ts'
import type { FaultFrame } from '../../src/faults/unit.ts'
import { actionTexts, damageOf, lineUnit } from '../support/damage.ts'
import { engineTable, wire } from '../support/engine.ts'
import { request } from '../support/http-units.ts'

const token = (text: string) => request({}, { authorization: `Bearer ${text}` })

test('refuses the credential that was in use, and takes another', () => {
  const table = damageOf(authExpire)
  table.start(lineUnit('{}', token('old')) as FaultFrame)
  expect(actionTexts(table.unit('{}', token('old')))[0]).toMatch(/^reply 401 .*invalid_token/)
  expect(actionTexts(table.unit('{}', token('new')))).toEqual(['pass {}\n'])
  expect(actionTexts(table.unit('{}', token('old')))[0]).toMatch(/^reply 401/)
})

test('may forbid instead, with the challenge asked for', () => {
  const table = damageOf(authExpire, { status: 403, 'www-authenticate': 'Bearer scope="more"' })
  table.start(lineUnit('{}', token('old')) as FaultFrame)
  expect(actionTexts(table.unit('{}', token('old')))[0]).toMatch(/^reply 403 .*scope=\\"more\\"/)
})

test('takes what the next request brings where time alone made it begin', () => {
  const table = damageOf(authExpire)
  table.start()
  expect(actionTexts(table.unit('{}', token('old')))[0]).toMatch(/^reply 401/)
  expect(actionTexts(table.unit('{}', token('new')))).toEqual(['pass {}\n'])
})

/** Requests one after the other, each on a connection of its own unless told otherwise, as `token session`: the status each gets of us, or `server`. */
const told = (...requests: string[]): string[] => {
  const table = engineTable({ among: [authExpire] })
  table.rules({ fault: 'auth-expire' })
  return requests.map((text, at) => {
    const [bearer = '', session = ''] = text.split(' ')
    const line = table.open()
    const fields = `Authorization: Bearer ${bearer}\r\n${session === '' ? '' : `Mcp-Session-Id: ${session}\r\n`}`
    line.push('c2s', wire.post(wire.call(at + 1), fields))
    return /^HTTP\/1\.1 (\d+)/.exec(line.out('s2c'))?.[1] ?? 'server'
  })
}

test('without a session a new credential is taken, on every connection', () =>
  expect(told('old', 'old', 'new', 'new', 'old', 'newer')).toEqual(['401', '401', 'server', 'server', '401', 'server']))

test('a credential that took the place of an expired one is good for the session that begins with it', () =>
  expect(told('old', 'new', 'new s1', 'new s1', 'old s1')).toEqual(['401', 'server', 'server', 'server', '401']))

test('each session has a credential of its own that expires', () =>
  expect(told('a s1', 'b s2', 'b s2', 'c s2', 'd s1')).toEqual(['401', '401', '401', 'server', 'server']))
