import { describe, expect, test } from 'vitest'
import { down } from '../../src/faults/down.ts'
import { parseRule } from '../../src/faults/rules/parse.ts'
import { engineTable } from '../support/engine.ts'

const options = (given: object) => down.options.parse(given) as Parameters<typeof down.explain>[0]
const dial = (given: object, sinceMs: number) => down.dial?.(options(given), { sinceMs, draw: () => 0 })

test('closes the port for its time, and resets what is open', () => {
  expect(down.closesPort?.(options({ duration: '5s' }))).toEqual({ ms: 5000 })
  expect(down.existing?.(options({}))).toBe('rst')
  expect(down.existing?.(options({ existing: 'fin' }))).toBe('fin')
})

test('says what becomes of open connections where it is not the usual', () => {
  expect(down.explain(options({ as: '502' }))).toBe('takes the server away: answers 502')
  expect(down.explain(options({ as: '502', existing: 'fin' }))).toMatch(/, open connections are closed$/)
  expect(down.explain(options({ as: 'hang', existing: 'keep' }))).toMatch(/, open connections stay$/)
})

test('as a gateway it keeps the port and answers for the server', () => {
  expect(down.closesPort?.(options({ as: '502' }))).toBeNull()
  expect(dial({ as: '502' }, 0)).toEqual({ do: 'fail', as: '502' })
  expect(dial({ as: '503', duration: '5s' }, 4999)).toEqual({ do: 'fail', as: '503' })
})

test('is back after its time', () => {
  expect(dial({ as: '502', duration: '5s' }, 5000)).toEqual({ do: 'dial' })
})

test('stays silent until it is back when asked', () => {
  expect(dial({ as: 'hang', duration: '5s' }, 2000)).toEqual({ do: 'hang', ms: 3000 })
  expect(dial({ as: 'hang' }, 2000)).toEqual({ do: 'hang', ms: null })
})

describe('of a command', () => {
  const table = (rule: object) => {
    const all = engineTable({ among: [down] })
    all.rules({ fault: 'down', ...rule })
    const line = all.open({ transport: 'stdio' })
    return { ...all, line }
  }

  test('ends the process, and starts it again when it is over', () => {
    expect(table({ duration: '5s' }).line.log).toEqual(['signal SIGKILL down@0', 'restart 5000 down@0'])
  })

  test('waits with that for the rule to go, which starts it at once', () => {
    const { line, engine, decided } = table({ signal: 'SIGTERM', 'wait-ready': 'up' })
    expect(line.log).toEqual(['signal SIGTERM down@0', 'restart null until "up" down@0'])
    engine.heal()
    expect(line.log.at(-1)).toBe('start down@0')
    expect(decided()[0]).toBe('down connection 1: signal SIGTERM, restart when healed')
  })

  test('comes after its time', () => {
    const { line, clock } = table({ after: '2s', restart: false })
    clock.advance(1999)
    expect(line.log).toEqual([])
    clock.advance(1)
    expect(line.log).toEqual(['signal SIGKILL down@2000'])
  })

  test('leaves one alone that is to be kept, and connections elsewhere', () => {
    const { line, decided, open } = table({ existing: 'keep' })
    expect(line.log).toEqual([])
    expect(decided()).toContain('down connection 1: not applied: it is told to keep what is open')
    const before = decided().length
    open()
    expect(decided()).toHaveLength(before)
  })

  test('with 502 for others it does not cut it', () => {
    const all = engineTable({ among: [down] })
    const line = all.open({ transport: 'stdio' })
    all.rules({ fault: 'down', as: '502', restart: false })
    expect(line.log).toEqual(['signal SIGKILL down@0'])
  })

  test('says so where something is said of commands', () => {
    expect(down.explain(options({ restart: false }))).toMatch(/; a command is ended by SIGKILL$/)
    expect(down.explain(options({ 'wait-ready': 'up' }))).toMatch(
      /ended by SIGKILL and started again, and gets what is sent once it says "up"$/,
    )
  })

  test('refuses words of a server that comes back where it does not', () => {
    expect(() => parseRule({ fault: 'down', restart: false, duration: '1s' })).toThrow(
      'duration: is about a server that comes back: leave it out, or restart',
    )
    expect(() => parseRule({ fault: 'down', restart: false, 'wait-ready': 'x' })).toThrow('wait-ready: is about')
  })
})
