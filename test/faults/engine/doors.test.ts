import { describe, expect, test } from 'vitest'
import { engineTable, INFO } from '../../support/engine.ts'
import { deny, doorman } from '../../support/fake-faults.ts'
import type { SteeredListener } from '../../../src/pipe/policy.ts'

const CLIENT = { servers: ['demo'], address: '127.0.0.1', open: 0 }

/** A port that says what is done to it. */
function port(servers: readonly string[], reopens = true): SteeredListener & { readonly log: string[] } {
  const log: string[] = []
  return {
    servers,
    log,
    shut: (existing, rule) => void log.push(`shut ${existing} ${rule}`),
    reopen: () => {
      log.push('reopen')
      return Promise.resolve(reopens)
    },
    letIn: (rule) => log.push(`let in ${rule}`),
  }
}

describe('clients that connect', () => {
  test('are let in without rules', () => {
    expect(engineTable().engine.admit(CLIENT)).toEqual({ do: 'accept' })
  })

  test('are turned away by a rule for their server, as it counts', () => {
    const table = engineTable()
    table.rules({ fault: 'deny', match: 'server:demo', skip: 1, times: 1 })
    expect(table.engine.admit({ ...CLIENT, servers: ['other'] })).toEqual({ do: 'accept' })
    const met = [1, 2, 3].map(() => table.engine.admit(CLIENT).do)
    expect(met).toEqual(['accept', 'rst', 'accept'])
    expect(table.decided()).toEqual(['- deny connection 1: skipped', 'deny connection 2: client 127.0.0.1: rst'])
  })

  test('whose server is not known yet, as in forward mode, are the matter of rules that name none', () => {
    const unknown = { ...CLIENT, servers: [] }
    const table = engineTable()
    table.rules({ fault: 'deny', match: 'server:demo' })
    expect(table.engine.admit(unknown).do).toBe('accept')
    table.rules({ fault: 'deny' })
    expect(table.engine.admit(unknown).do).toBe('rst')
  })

  test('and are kept waiting are let in when their rule goes', () => {
    const table = engineTable({ among: [deny, doorman] })
    const listener = port(['demo'])
    table.engine.listening(listener)
    table.rules({ fault: 'doorman', times: 1 }, { fault: 'deny' })
    expect([table.engine.admit(CLIENT).do, table.engine.admit(CLIENT).do]).toEqual(['hang', 'rst'])
    table.rules({ fault: 'doorman', times: 1 })
    expect(listener.log).toEqual([])
    table.engine.heal()
    expect(listener.log).toEqual(['let in doorman'])
    expect(table.decided().at(-1)).toBe('- doorman connection: healed: let in 1 client')
  })

  test('meet a rule only once its time has come', () => {
    const table = engineTable()
    table.rules({ fault: 'deny', after: '5s' })
    expect(table.engine.admit(CLIENT).do).toBe('accept')
    table.clock.advance(5000)
    expect(table.engine.admit(CLIENT)).toEqual({ do: 'rst', rule: 'deny' })
  })
})

describe('dials', () => {
  test('go where a rule says, and those that are open end as it says', () => {
    const table = engineTable()
    const line = table.open()
    expect(table.engine.dial(1, INFO)).toEqual({ do: 'dial' })
    table.clock.advance(1)
    table.rules({ fault: 'astray' })
    table.clock.advance(0)
    expect(line.log).toEqual(['cut fin both astray@1'])
    expect(table.engine.dial(2, INFO)).toEqual({ do: 'fail', as: '503', rule: 'astray' })
    expect(table.decided()).toEqual(['astray connection 1: cut fin', 'astray connection 1: dial demo: fail as 503'])
  })
})

test('a server is started late where a rule says so', () => {
  const table = engineTable()
  expect(table.engine.starting?.(INFO)).toBeUndefined()
  table.rules({ fault: 'sleepy', times: 1 })
  expect(table.engine.starting?.(INFO)).toEqual({ delayMs: 2000, rule: 'sleepy' })
  expect(table.engine.starting?.(INFO)).toBeUndefined()
  expect(table.decided()).toEqual(['sleepy connection 1: start of demo 2 s late'])
})

describe('a port', () => {
  test('is shut while its rule wants it, and opened again by itself', async () => {
    const table = engineTable()
    const [demo, other] = [port(['demo']), port(['other'])]
    table.engine.listening(demo)
    table.engine.listening(other)
    table.rules({ fault: 'shut', match: 'server:demo', after: '10s' })
    expect(demo.log).toEqual([])
    table.clock.advance(10_000)
    expect(demo.log).toEqual(['shut rst shut'])
    table.clock.advance(59_999)
    expect(demo.log).toHaveLength(1)
    table.clock.advance(1)
    expect(demo.log).toEqual(['shut rst shut', 'reopen'])
    expect(other.log).toEqual([])
    expect(table.decided()).toEqual(['shut connection 1: port of demo shut'])
  })

  test('is opened when the rule is healed, and shut at once when it begins to listen under one', () => {
    const table = engineTable()
    table.rules({ fault: 'shut' })
    const demo = port(['demo'])
    table.engine.listening(demo)
    table.engine.heal()
    expect(demo.log).toEqual(['shut rst shut', 'reopen'])
  })

  test('stays shut from one rule to the next, and one that is lost is told of', async () => {
    const table = engineTable()
    const demo = port(['demo'], false)
    table.engine.listening(demo)
    table.rules({ id: 'first', fault: 'shut' }, { id: 'second', fault: 'shut' })
    table.rules({ id: 'second', fault: 'shut' })
    expect(demo.log).toEqual(['shut rst first'])
    table.rules()
    await Promise.resolve()
    await Promise.resolve()
    expect(demo.log).toEqual(['shut rst first', 'reopen'])
    expect(table.notices).toEqual([expect.stringContaining('has been taken by somebody else')])
  })

  test('stays open where the draw says so', () => {
    const table = engineTable()
    const demo = port(['demo'])
    table.engine.listening(demo)
    table.rules({ fault: 'shut', probability: 0 })
    expect(demo.log).toEqual([])
    expect(table.decided()).toEqual(['- shut connection 1: drawn'])
  })
})
