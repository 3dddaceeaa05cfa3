import { describe, expect, test } from 'vitest'
import { call, faulty, json, raw, rawPost, type Answer, type Faulty } from '../support/faulty.ts'

/** As a server behind the proxy answers: its own address is in what it says. */
const naming: Answer = (asked, response, request) => {
  const here = `http://127.0.0.1:${request.socket.localPort}`
  if (asked.method === 'POST') return json(asked, response, request)
  if (asked.path === '/refused') {
    const where = `resource_metadata="${here}/.well-known/oauth-protected-resource"`
    response.writeHead(401, { 'www-authenticate': `Bearer ${where}`, 'content-length': 0 })
    return void response.end()
  }
  if (asked.method === 'HEAD') return void response.writeHead(200, { 'content-length': 500 }).end()
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(`event: endpoint\ndata: ${here}/messages?sessionId=1\n\n`)
}
const asking = (verb: string, path: string): string =>
  `${verb} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n`
const fired = ({ proxy }: Faulty): number => proxy.faults.list()[0]!.fired

/** A client that goes on on the connection on which an answer to it has just been swallowed. */
async function bereft(rule: 'drop' | 'lose-reply' | 'duplicate-request', twice = false) {
  const match = `${rule === 'drop' ? 'dir:s2c ' : ''}method:tools/call`
  const table = await faulty(naming, [
    { fault: rule, match, times: 1 },
    { fault: 'status', code: 418, match: 'path:/teapot' },
  ])
  const client = await raw(table.url, rawPost(call(1)))
  if (rule === 'duplicate-request') await client.until('"id":1')
  if (twice) return { table, client }
  await expect.poll(() => [fired(table), table.asked.length]).toEqual([1, rule === 'duplicate-request' ? 2 : 1])
  return { table, client }
}

describe.each(['drop', 'lose-reply', 'duplicate-request'] as const)('behind an answer swallowed by %s', (rule) => {
  test('the endpoint of a stream leads through the proxy', async () => {
    const { table, client } = await bereft(rule)
    client.socket.write(asking('GET', '/sse'))
    await client.until('sessionId=1')
    expect(client.text()).toContain(`data: ${new URL(table.url).origin}/messages`)
  })

  test('the head of what has no body is no beginning of one', async () => {
    const { table, client } = await bereft(rule)
    client.socket.write(asking('HEAD', '/head'))
    await client.until('500\r\n')
    client.socket.write(asking('GET', '/refused'))
    await client.until('401 ')
    await client.until('oauth-protected-resource')
    expect(client.text()).toContain(`${new URL(table.url).origin}/.well-known/oauth-protected-resource`)
  })

  test('one that a rule gives in the place of the server’s comes at once', async () => {
    const { client } = await bereft(rule, true)
    client.socket.write(asking('GET', '/teapot'))
    await client.until(' 418 ')
    expect(client.text()).toContain(' 418 ')
  })
})
