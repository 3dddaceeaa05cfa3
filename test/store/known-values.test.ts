import { expect, test } from 'vitest'
import { openReader } from '../../src/store/reader.ts'
import { captureFixture } from '../support/capture-fixture.ts'

test('values are told once each, newest first, without what is not there', () => {
  const { path, add } = captureFixture()
  add('instance', { name: 'edge' })
  add('session', { uid: 'aaaa2345', client_name: 'claude', server: 'one' })
  add('session', { uid: 'bbbb2345', client_name: null, server: 'two' })
  add('session', { uid: 'cccc2345', client_name: 'cursor', server: 'one' })
  add('call', { tool: 'search', method: 'tools/call' })
  add('call', { tool: null, method: 'tools/list' })
  add('message', { frame: 1, uri: 'file:///a' })
  add('message', { frame: 2, uri: null })
  add('edit', { rule: 'host' })
  add('edit', { rule: 'cut-it' })
  expect(openReader(path).knownValues()).toEqual({
    client: ['cursor', 'claude'],
    server: ['one', 'two'],
    session: ['cccc2345', 'bbbb2345', 'aaaa2345'],
    tap: ['edge'],
    tool: ['search'],
    method: ['tools/list', 'tools/call'],
    uri: ['file:///a'],
    fault: ['cut-it'],
  })
})
