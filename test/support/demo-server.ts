import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { onTestFinished } from 'vitest'
import { startDemoServer, type DemoServer } from '../../src/demo/server.ts'

/** A demo server; gone when the test is over. */
export const demoServer = async (): Promise<DemoServer> => {
  const server = await startDemoServer()
  onTestFinished(() => server.close())
  return server
}

/** A client of the official SDK, connected; with `stateless` of the 2026-07-28 era. It answers what it is asked. */
export const demoVisitor = async (url: string, stateless: boolean): Promise<Client> => {
  const client = new Client(
    { name: 'visitor', version: '1' },
    {
      capabilities: { elicitation: {}, sampling: {} },
      ...(stateless ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {}),
    },
  )
  client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { gift: true } }))
  client.setRequestHandler('sampling/createMessage', () => ({
    role: 'assistant',
    model: 'none',
    content: { type: 'text', text: 'Splendid.' },
  }))
  await client.connect(new StreamableHTTPClientTransport(new URL(url)))
  onTestFinished(() => client.close())
  return client
}
