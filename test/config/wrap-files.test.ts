import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { unwrapFile, wrapFile, wrappedState } from '../../src/config/wrap-files.ts'
import { temporaryFolder } from '../support/temporary.ts'

const root = temporaryFolder(afterAll)

const BEFORE = `{
  // mine
  "mcpServers": {
    "fs": { "command": "npx", "args": ["-y", "fs"] },
    "shop": { "url": "https:\\/\\/shop.test/mcp" }
  }
}
`
const AFTER = `{
  // mine
  "mcpServers": {
    "fs": { "command": "npx", "args": ["-y", "mitmcp", "stdio", "--name", "fs", "--", "npx", "-y", "fs"] },
    "shop": { "url": "http://127.0.0.1:6301/mcp" }
  }
}
`

/** A client's file in a folder of its own. */
const client = (text = BEFORE) => {
  const folder = mkdtempSync(join(root, 'client-'))
  const file = join(folder, 'mcp.json')
  writeFileSync(file, text)
  const options = { program: ['npx', '-y', 'mitmcp'], list: join(folder, 'settings', 'wrapped.json'), dryRun: false }
  return {
    file,
    folder,
    options,
    read: (name = 'mcp.json') => readFileSync(join(folder, name), 'utf8'),
    wrap: (more = {}) => wrapFile(file, { ...options, ...more }),
    unwrap: (more = {}) => unwrapFile(file, { ...options, ...more }),
  }
}

describe('a file of a client', () => {
  test('is wrapped with a copy of how it was, and unwrapped to the byte with nothing left behind', () => {
    const { read, wrap, unwrap, folder, file } = client()
    chmodSync(file, 0o640)
    expect(wrap().backup).toBe(`${file}.bak`)
    expect([read(), read('mcp.json.bak')]).toEqual([AFTER, BEFORE])
    expect([file, `${file}.bak`].map((path) => statSync(path).mode & 0o777)).toEqual([0o640, 0o640])
    unwrap()
    expect(read()).toBe(BEFORE)
    expect(readdirSync(folder)).toEqual(['mcp.json', 'settings'])
    expect(readdirSync(join(folder, 'settings'))).toEqual([])
  })

  test('is not touched by a dry run', () => {
    const { wrap, read, folder } = client()
    expect(wrap({ dryRun: true }).changes.map(({ state }) => state)).toEqual(['changed', 'changed'])
    expect([read(), readdirSync(folder)]).toEqual([BEFORE, ['mcp.json']])
  })

  test('wrapped again is not wrapped twice, and its copy stays the one from before', () => {
    const { file, wrap, unwrap, read } = client()
    wrap()
    expect(wrap().changes.map(({ state }) => state)).toEqual(['already', 'already'])
    const more = AFTER.replace('"fs":', '"new": { "url": "https://new.test/" },\n    "fs":')
    writeFileSync(file, more)
    wrap()
    expect(read()).toBe(more.replace('https://new.test/', 'http://127.0.0.1:6302/'))
    expect(read('mcp.json.bak')).toBe(BEFORE)
    expect(unwrap().backup).toBe(`${file}.bak`)
    expect(read()).toBe(BEFORE.replace('"fs":', '"new": { "url": "https://new.test/" },\n    "fs":'))
    expect(read('mcp.json.bak')).toBe(BEFORE)
  })

  test('whose copy is somebody else’s gets another', () => {
    const { file, wrap, read } = client()
    writeFileSync(`${file}.bak`, 'theirs')
    expect(wrap().backup).toBe(`${file}.bak-2`)
    expect([read('mcp.json.bak'), read('mcp.json.bak-2')]).toEqual(['theirs', BEFORE])
  })

  test('behind a link is changed where it is; the link stays one', () => {
    const { file, folder, options, read } = client()
    const link = join(folder, 'link.json')
    symlinkSync(file, link)
    wrapFile(link, options)
    expect([lstatSync(link).isSymbolicLink(), read(), read('link.json.bak')]).toEqual([true, AFTER, BEFORE])
    unwrapFile(link, options)
    expect([lstatSync(link).isSymbolicLink(), read(), existsSync(`${link}.bak`)]).toEqual([true, BEFORE, false])
  })

  test('keeps later changes of an address when it is unwrapped: its path, its name', () => {
    const { file, wrap, unwrap, read } = client()
    wrap()
    writeFileSync(file, AFTER.replace('6301/mcp', '6301/v2?x=1').replace('"shop"', '"store"'))
    unwrap()
    expect(read()).toBe(
      BEFORE.replace('https:\\/\\/shop.test/mcp', 'https://shop.test/v2?x=1').replace('"shop"', '"store"'),
    )
  })

  test('is unwrapped from its copy when the list is gone', () => {
    const { file, options, wrap, unwrap, read } = client()
    wrap()
    writeFileSync(options.list, '')
    expect(() => unwrap()).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    expect(read()).toBe(AFTER)
    const without = { ...options, list: `${options.list}.none` }
    expect(wrapFile(file, without).changes.map(({ state }) => state)).toEqual(['already', 'already'])
    unwrapFile(file, without)
    expect(read()).toBe(BEFORE)
    expect(read('mcp.json.bak')).toBe(BEFORE)
  })

  test('shares its ports with other files that name the same server', () => {
    const { folder, options, wrap } = client()
    wrap()
    const other = join(folder, 'other.json')
    writeFileSync(other, '{"servers": {"shop": {"url": "https://shop.test/mcp"}, "b": {"url": "https://b.test/"}}}')
    wrapFile(other, options)
    expect(readFileSync(other, 'utf8')).toBe(
      '{"servers": {"shop": {"url": "http://127.0.0.1:6301/mcp"}, "b": {"url": "http://127.0.0.1:6302/"}}}',
    )
  })

  test.each([
    ['wss://a.test/socket', 'ws://127.0.0.1:6301/socket'],
    ['http://localhost:3000', 'http://127.0.0.1:6301'],
    ['https://${env:HOST}/${env:TEAM}/mcp?k=${input:k}', 'http://127.0.0.1:6301/${env:TEAM}/mcp?k=${input:k}'],
    ['${env:WHOLE_URL}', '${env:WHOLE_URL}'],
  ])('has the address %s as %s', (before, after) => {
    const { wrap, unwrap, read } = client(`{"mcpServers": {"a": {"url": "${before}"}}}`)
    wrap()
    expect(read()).toBe(`{"mcpServers": {"a": {"url": "${after}"}}}`)
    unwrap()
    expect(read()).toBe(`{"mcpServers": {"a": {"url": "${before}"}}}`)
  })

  test('says which of its servers are wrapped', () => {
    const { file, options, wrap } = client()
    wrap()
    writeFileSync(file, AFTER.replace('"fs":', '"new": { "command": "x" },\n    "fs":'))
    expect(wrappedState(file, options.list)).toEqual([
      { name: 'new', wrapped: false },
      { name: 'fs', wrapped: true },
      { name: 'shop', wrapped: true },
    ])
  })
})

describe('bad input', () => {
  test.each([
    ['no JSON', '{\n  "mcpServers": {\n    "a" 1\n}', /mcp\.json:3:9 is no JSON: colon expected\.$/],
    ['YAML', 'mcpServers:\n  a: {}\n', /mcp\.json:1:1 is no JSON: invalid symbol\.$/],
  ])('%s is refused with its place, and nothing is written', (_, text, message) => {
    const { wrap, read, folder } = client(text)
    expect(() => wrap()).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) as string }),
    )
    expect([read(), readdirSync(folder)]).toEqual([text, ['mcp.json']])
  })

  test('bytes that are no UTF-8 are refused: they would not come back as they were', () => {
    const { file, wrap } = client()
    writeFileSync(file, Buffer.from([0x7b, 0xff, 0x7d]))
    expect(() => wrap()).toThrow(/is not in UTF-8/)
    expect(readFileSync(file)).toEqual(Buffer.from([0x7b, 0xff, 0x7d]))
  })

  test('a file that is not there is said so', () =>
    expect(() => wrapFile(join(root, 'none.json'), client().options)).toThrow(/there is no such file/))

  test('a file without servers has nothing to wrap', () => {
    expect(client('{"theme": "dark"}').wrap()).toMatchObject({ lists: 0, changes: [] })
    expect(client('').wrap()).toMatchObject({ lists: 0, changes: [] })
  })
})
