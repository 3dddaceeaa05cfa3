import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/config/load.ts'
import { loadWrapped, portFor, saveWrapped, wrappedServers, type WrappedEntry } from '../../src/config/wrapped-list.ts'
import { temporaryFolder } from '../support/temporary.ts'

const folder = temporaryFolder(afterAll)

const entry = (name: string, port: number, url = `https://${name}.test/mcp`): WrappedEntry => ({
  file: '/home/ada/.cursor/mcp.json',
  path: ['mcpServers', name],
  http: { port, ours: `http://127.0.0.1:${port}/mcp`, url, spelled: JSON.stringify(url) },
})

describe('the list', () => {
  test('is what was written, for its owner alone, and goes when nothing is wrapped', () => {
    const file = join(folder, 'settings', 'wrapped.json')
    const empty = loadWrapped(file)
    expect(empty).toMatchObject({ wrapped: [], backups: {} })
    saveWrapped(file, { ...empty, wrapped: [entry('a', 6301)] })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'settings')).mode & 0o777).toBe(0o700)
    expect(loadWrapped(file).wrapped).toEqual([entry('a', 6301)])
    saveWrapped(file, empty)
    expect(existsSync(file)).toBe(false)
  })

  test('that is damaged is told, not thrown away', () => {
    const file = join(folder, 'damaged.json')
    writeFileSync(file, '{"wrapped": 1}')
    expect(() => loadWrapped(file)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    expect(readFileSync(file, 'utf8')).toBe('{"wrapped": 1}')
  })

  test('is a configuration: one proxy for each port, the variables of clients put in', () => {
    const list = {
      '//': '',
      wrapped: [
        entry('a', 6301),
        entry('a', 6301),
        entry('b', 6302, 'https://${env:HOST}/mcp'),
        { file: '/x', path: ['mcpServers', 'fs'], bare: true },
      ],
      backups: {},
    }
    expect(parseConfig(JSON.stringify(list), { HOST: 'b.test' }, '/')).toEqual({
      problems: [],
      remarks: [],
      settings: {
        servers: [
          { name: 'a', target: 'https://a.test/mcp', port: 6301 },
          { name: 'b', target: 'https://b.test/mcp', port: 6302 },
        ],
      },
    })
  })

  test('is nothing else', () => expect(wrappedServers({ servers: {} })).toBeUndefined())
})

test('a server keeps its port, in every file; another gets the next', () => {
  const entries = [entry('a', 6301), entry('b', 6303)]
  expect([
    portFor(entries, 'a', 'https://a.test/mcp'),
    portFor(entries, 'a', 'https://other.test/mcp'),
    portFor([], 'a', 'https://a.test/mcp'),
  ]).toEqual([6301, 6302, 6301])
})
