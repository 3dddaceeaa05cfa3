import { expect, test } from 'vitest'
import { openReader } from '../../src/store/reader.ts'
import { captureFixture } from '../support/capture-fixture.ts'

test('a batch shows its messages in order, with all that is known of each', () => {
  const { path, add } = captureFixture()
  add('frame', { id: 1, messages: 2, direction: 1 })
  add('message', {
    frame: 1,
    idx: 1,
    kind: 2,
    method: 'tools/call',
    rpc_id: '"7"',
    tool: 'search',
    code: -32602,
    call: 4,
  })
  add('message', { frame: 1, idx: 0, kind: 3, method: 'notifications/progress', token: '9' })
  const [frame] = openReader(path).frames().rows
  expect(frame).toMatchObject({ direction: 's2c', kind: 'body' })
  expect(frame?.messages).toEqual([
    {
      kind: 'notification',
      method: 'notifications/progress',
      rpcId: null,
      tool: null,
      uri: null,
      token: '9',
      code: null,
      call: null,
    },
    {
      kind: 'error',
      method: 'tools/call',
      rpcId: '"7"',
      tool: 'search',
      uri: null,
      token: null,
      code: -32602,
      call: 4,
    },
  ])
})

test('edits of ours are named once each; an edit row that is gone names nothing', () => {
  const { path, add } = captureFixture()
  const host = add('edit', { rule: 'host' })
  const origin = add('edit', { rule: 'origin' })
  add('frame', { edits: JSON.stringify([host, host, origin, 99]) })
  add('frame', { edits: JSON.stringify([host]) })
  add('frame')
  expect(
    openReader(path)
      .frames()
      .rows.map(({ edits }) => edits),
  ).toEqual([['host', 'origin'], ['host'], []])
})
