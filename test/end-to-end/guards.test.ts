import { afterAll, beforeAll, expect, test } from 'vitest'
import { bothWays } from '../support/both-ways.ts'
import { v2Story } from '../support/sdk-v2-client.ts'
import { type RunningServer, startStateful } from '../support/sdk-v2-server.ts'

let server: RunningServer

beforeAll(async () => {
  server = await startStateful()
})
afterAll(() => server.stop())

const echo = v2Story(({ client }) => client.callTool({ name: 'echo', arguments: { message: 'x' } }), { mode: 'legacy' })

test('a client that sees something else through the proxy fails the story', async () => {
  const story = async (url: string) => ({ ...(await echo(url)), seen: url })
  await expect(bothWays(server.url, story)).rejects.toThrow(/deeply equal/)
})

test('a message that is not in the capture fails the story', async () => {
  const story = async (url: string) => {
    const told = await echo(url)
    return { ...told, said: [...told.said, { direction: 's2c' as const, message: { method: 'never/said' } }] }
  }
  await expect(bothWays(server.url, story)).rejects.toThrow(/never\/said|deeply equal/)
})

test('a message that is recorded twice fails the story', async () => {
  const story = async (url: string) => {
    const told = await echo(url)
    return { ...told, said: told.said.slice(1) }
  }
  await expect(bothWays(server.url, story)).rejects.toThrow(/deeply equal/)
})

test('a call with another outcome fails the story', async () => {
  const story = async (url: string) => {
    const { seen, said } = await echo(url)
    const failing = said.map(({ direction, message }) => ({
      direction,
      message: message['result'] === undefined ? message : { ...message, result: { isError: true } },
    }))
    return { seen, said: failing }
  }
  await expect(bothWays(server.url, story)).rejects.toThrow(/deeply equal/)
})
