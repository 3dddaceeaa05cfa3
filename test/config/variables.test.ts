import { describe, expect, test } from 'vitest'
import { resolveVariables, shellWord } from '../../src/config/variables.ts'

const around = { env: { A: 'x', EMPTY: '' }, home: '/home/ada', workspace: '/srv/shop' }

describe('variables', () => {
  test.each([
    ['plain', 'plain'],
    ['${A}/${env:A}', 'x/x'],
    ['${B:-https://b.test}/${EMPTY:-d}', 'https://b.test/d'],
    ['${EMPTY}', ''],
    ['${userHome}/.x', '/home/ada/.x'],
    ['${workspaceFolder}${/}${workspaceFolderBasename}', '/srv/shop/shop'],
    ['$A $$ {A}', '$A $$ {A}'],
  ])('%s is %s', (text, expected) => expect(resolveVariables(text, around)).toEqual({ text: expected }))

  test('that are not set are named, the first of them', () =>
    expect(resolveVariables('${NOPE}${env:NADA}', around)).toEqual({ unset: 'NOPE' }))

  test.each(['input:key', 'file', 'command:x.y', 'config:a', ''])('${%s} is for the client alone', (form) =>
    expect(resolveVariables(`\${${form}}`, around)).toMatchObject(
      form === 'file' ? { unset: 'file' } : { foreign: form },
    ),
  )
})

describe('a word for the shell', () => {
  test.each([
    ['server.js', 'server.js'],
    ['two words', "'two words'"],
    ["it's", String.raw`'it'\''s'`],
    ['$HOME', "'$HOME'"],
    ['${TOKEN}', '"${TOKEN}"'],
    ['--key=${env:KEY}"x"', String.raw`"--key=${'${KEY}'}\"x\""`],
    ['${K:-a b}', '"${K:-a b}"'],
    ['${input:key}', "'${input:key}'"],
    ['', "''"],
  ])('%s is %s', (word, expected) => expect(shellWord(word)).toBe(expected))
})
