import { expect, test } from 'vitest'
import { Breakpoints, heldOf } from '../../../src/faults/engine/breakpoints.ts'
import type { Instance } from '../../../src/faults/engine/rule.ts'
import type { RuleStage } from '../../../src/faults/engine/stage.ts'

const HELD = { connection: 1, direction: 's2c', offset: 40, rule: 'stop', deadline: 9, payload: '{}' } as const

function asked() {
  const told: string[] = []
  const woken: unknown[] = []
  const breakpoints = new Breakpoints(
    ({ state, at }) => told.push(`${state} ${at}`),
    () => 5,
  )
  const instance = {} as Instance
  const stage = { wake: (_: Instance, token: unknown) => woken.push(token) } as unknown as RuleStage
  breakpoints.ask(stage, instance, HELD)
  return { breakpoints, told, woken, instance }
}

test('an answer goes to the fault that asked, as often as it is given, until it is settled', () => {
  const { breakpoints, told, woken, instance } = asked()
  const answer = { do: 'drop' } as const
  breakpoints.answer({ ...HELD, answer })
  breakpoints.settled(instance, 'dropped')
  breakpoints.answer({ ...HELD, answer })
  expect(woken).toEqual([answer])
  expect(told).toEqual(['held 5', 'dropped 5'])
})

test('an answer for another message is nobody’s', () => {
  const { breakpoints, woken } = asked()
  breakpoints.answer({ ...HELD, offset: 41, answer: { do: 'send' } })
  expect(woken).toEqual([])
})

test('what goes without an answer was sent', () => {
  const { breakpoints, told, instance } = asked()
  breakpoints.settled(instance)
  breakpoints.settled(instance)
  expect(told).toEqual(['held 5', 'sent 5'])
})

test('those of a client that has left are told so, others are not', () => {
  const { breakpoints, woken } = asked()
  breakpoints.left(2)
  expect(woken).toEqual([])
  breakpoints.left(1)
  expect(woken).toEqual([{ do: 'left' }])
})

test('what a message is about is told as far as it is known', () => {
  const { deadline, rule, ...where } = HELD
  const event = (subject: object) =>
    ({ kind: 'frame', ...where, meaning: { json: '{}', subject } }) as unknown as Parameters<typeof heldOf>[0]
  const nothing = { kind: null, method: null, tool: null, client: null, session: null }
  expect(heldOf(event({ messages: [], client: null, session: null }), rule, deadline)).toEqual({
    ...HELD,
    about: nothing,
  })
  const message = { kind: 'response', method: 'tools/call', tool: 'echo' }
  const client = { name: 'editor', version: '1.2' }
  expect(heldOf(event({ messages: [message], client, session: 's' }), rule, deadline).about).toEqual({
    ...message,
    client: 'editor 1.2',
    session: 's',
  })
})
