import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { expect, onTestFinished, test } from 'vitest'
import type { RuleSource } from '../../src/faults/rules/rule.ts'
import { createProxy } from '../../src/proxy.ts'
import { startSsePair } from '../support/sse-pair-server.ts'

const of = (tool: string) => `tool:${tool} kind:response`
const text = 'ours'

/** The HTTP+SSE pair of 2024-11-05: asked on one connection, answered on another. */
async function connected(rules: readonly RuleSource[]) {
  const server = await startSsePair()
  onTestFinished(() => server.stop())
  const proxy = await createProxy({ target: server.url, port: 0, ui: false, db: false, seed: 1 })
  onTestFinished(() => proxy.close())
  for (const rule of rules) await proxy.faults.add(rule)
  const client = new Client({ name: 'c', version: '1' })
  const errors: string[] = []
  client.onerror = ({ message }) => void errors.push(message)
  onTestFinished(() => client.close())
  await client.connect(new SSEClientTransport(new URL(proxy.url)))
  const call = (name: string, timeout = 5000) => client.callTool({ name, arguments: { name } }, undefined, { timeout })
  return { call, errors, server }
}

test('answers of the HTTP+SSE pair are dropped, late, doubled, changed, joined by ours', async () => {
  const { call, errors, server } = await connected([
    { fault: 'drop', match: of('drop') },
    { fault: 'delay', delay: '100ms', match: of('delay') },
    { fault: 'duplicate', match: of('duplicate') },
    { fault: 'mutate', on: 'result', match: of('mutate'), patch: [{ op: 'add', path: '/extra', value: 1 }] },
    { fault: 'tool-result', match: of('tool-result'), text },
    { fault: 'inject', match: of('inject'), message: '{"jsonrpc":"2.0","id":999,"result":{}}', at: 'before' },
    { fault: 'rpc-error', match: 'tool:rpc-error' },
    { fault: 'mutate', id: 'there', match: 'dir:c2s tool:there', patch: [{ op: 'add', path: '/arguments', value: 1 }] },
  ])
  await expect(call('drop', 100)).rejects.toMatchObject({ code: -32001 })
  const from = performance.now()
  await call('delay')
  expect(performance.now() - from).toBeGreaterThanOrEqual(99)
  expect(await call('mutate')).toMatchObject({ extra: 1 })
  expect(await call('tool-result')).toMatchObject({ content: [{ type: 'text', text }] })
  expect(await call('there')).toMatchObject({ content: [{ type: 'text', text: '1' }] })
  expect(errors).toEqual([])
  const asked = server.posted.length
  await expect(call('rpc-error')).rejects.toThrow(/HTTP 400.*-32603/)
  expect(server.posted).toHaveLength(asked)
  errors.length = 0
  await call('duplicate')
  await call('inject')
  expect(errors).toHaveLength(2)
  expect(server.posted.length).toBeGreaterThanOrEqual(8)
})
