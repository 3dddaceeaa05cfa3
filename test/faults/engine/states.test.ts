import { expect, test } from 'vitest'
import { SessionStates } from '../../../src/faults/engine/states.ts'
import { parseRule } from '../../../src/faults/rules/parse.ts'

const rule = (state?: object) => parseRule({ fault: 'drop', match: 'method:x', ...(state && { state }) })

test('sessions begin as started, and are each in a state of their own', () => {
  const states = new SessionStates()
  expect(states.allows(rule({ requires: 'started' }), 'a')).toBe(true)
  states.enter(rule({ requires: 'started', sets: 'broken' }), 'a')
  expect(['a', 'b'].map((session) => states.allows(rule({ requires: 'broken' }), session))).toEqual([true, false])
  expect(states.allows(rule(), 'a')).toBe(true)
  states.enter(rule(), 'a')
  expect(states.allows(rule({ requires: 'broken' }), 'a')).toBe(true)
})
