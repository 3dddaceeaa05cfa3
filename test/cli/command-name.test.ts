import { expect, test } from 'vitest'
import { commandName } from '../../src/cli/command-name.ts'

test.each([
  ['node build/server.js --stdio', 'server.js'],
  ['npx -y @acme/files --root .', '@acme/files'],
  ['/usr/bin/python3.12 -m my_server', 'my_server'],
  ['uv run server.py', 'server.py'],
  ['env A=b node x/y.mjs', 'y.mjs'],
  ['/opt/files-server --port 1', 'files-server'],
  ['node', 'node'],
])('%s is %s', (line, name) => {
  const [command = '', ...args] = line.split(' ')
  expect(commandName(command, args)).toBe(name)
})
