import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { filesMeant, programFor } from '../../src/cli/client-files.ts'
import { fakeContext } from '../support/cli-context.ts'
import { temporaryFolder } from '../support/temporary.ts'

const home = temporaryFolder(afterAll)
const context = fakeContext({ env: { HOME: home } })

describe('what is meant', () => {
  test('by a client are its files that are there', () => {
    expect(() => filesMeant('cursor', context)).toThrow(/^Cursor has no list of servers here\.$/)
    mkdirSync(join(home, '.cursor'))
    const file = join(home, '.cursor', 'mcp.json')
    writeFileSync(file, '{}')
    expect(filesMeant('cursor', context)).toEqual({ client: 'cursor', files: [file] })
  })

  test('by a path is the file', () => {
    const file = join(home, 'any.json')
    writeFileSync(file, '{}')
    expect(filesMeant(file, context)).toEqual({ client: undefined, files: [file] })
    expect(() => filesMeant('./none.json', context)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('no such file') as string }),
    )
  })

  test('by a word that is none of them is asked back', () => {
    expect(() => filesMeant('cursr', context)).toThrow(expect.objectContaining({ hint: 'Did you mean cursor ?' }))
    expect(() => filesMeant('emacs', context)).toThrow(
      expect.objectContaining({ hint: 'Known are cursor, claude-desktop, claude-code, vscode.' }),
    )
  })
})

test('a client starts us through npx only where npx brought us', () => {
  const exec = { env: { npm_command: 'exec' } }
  expect(programFor(exec, '/home/ada/.npm/_npx/1a/node_modules/mitmcp/dist/cli/main.js', '/node')).toEqual([
    'npx',
    '-y',
    'mitmcp',
  ])
  expect(programFor(exec, '/src/mitmcp/dist/cli/main.js', '/node')).toEqual(['/node', '/src/mitmcp/dist/cli/main.js'])
  expect(programFor({ env: {} }, '/lib/mitmcp/dist/cli/main.js', '/node')).toEqual([
    '/node',
    '/lib/mitmcp/dist/cli/main.js',
  ])
})
