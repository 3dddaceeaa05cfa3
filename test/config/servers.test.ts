import { describe, expect, test } from 'vitest'
import { complainOfPorts, withTargets } from '../../src/config/servers.ts'

test('a text in the place of a server is its target', () => {
  expect(withTargets({ port: 1, servers: { a: 'http://a/', b: { command: 'x' } } })).toEqual({
    port: 1,
    servers: { a: { target: 'http://a/' }, b: { command: 'x' } },
  })
  expect(withTargets({ servers: ['a'] })).toEqual({ servers: ['a'] })
  expect(withTargets('a')).toBe('a')
})

describe('ports', () => {
  const clashes = (servers: { host?: string; port?: number }[], page?: number) => {
    const said: string[] = []
    complainOfPorts(
      servers.map((server, index) => ({ name: String(index), target: 'http://a/', ...server })),
      page,
      (name) => said.push(name),
    )
    return said
  }

  test('are free for one address each, and any is any', () =>
    expect(clashes([{ port: 1 }, { port: 1, host: '192.0.2.1' }, { port: 0 }, { port: 0 }, {}, {}])).toEqual([]))

  test('are taken on every address by one that listens on all', () =>
    expect(clashes([{ port: 1, host: '0.0.0.0' }, { port: 1 }, { port: 2 }, { port: 2, host: '::' }])).toEqual([
      '1',
      '3',
    ]))

  test('are the page’s too', () => expect(clashes([{ port: 6273, host: 'LOCALHOST' }], 6273)).toEqual(['0']))
})
