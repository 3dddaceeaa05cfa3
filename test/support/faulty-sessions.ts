import type { ServerResponse } from 'node:http'
import { call, json, type Answer } from './faulty.ts'

/** Headers of a request of the first session. */
export const MCP = { 'mcp-session-id': 's1', 'mcp-protocol-version': '2025-11-25' }
export const initialize = call(0, 'initialize', {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'tester', version: '1' },
})

/** A server that gives every `initialize` the next session, and an open stream to every GET. */
export function sessions() {
  let count = 0
  const streams: ServerResponse[] = []
  const answer: Answer = (asked, response, request) => {
    if (asked.method === 'GET') {
      streams.push(response.writeHead(200, { 'content-type': 'text/event-stream' }))
      return void response.write(': open\n\n')
    }
    if (asked.body.includes('"initialize"')) response.setHeader('mcp-session-id', `s${++count}`)
    json(asked, response, request)
  }
  return { answer, streams }
}
