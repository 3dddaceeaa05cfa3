import { describe, expect, test } from 'vitest'
import { createDemoTools } from '../../src/demo/tools.ts'
import { demoServer, demoVisitor } from '../support/demo-server.ts'

test('every server has tools of its own', () => expect(createDemoTools()).not.toBe(createDemoTools()))

describe.each([false, true])('stateless: %j', (stateless) => {
  const call = async (name: string, args: Record<string, unknown> = {}) => {
    const client = await demoVisitor((await demoServer()).url, stateless)
    return client.callTool({ name, arguments: args })
  }

  test.each([
    ['echo', { text: 'hi' }, 'hi'],
    ['add', { a: 2, b: 3 }, '5'],
    ['search', { query: 'invisible' }, 'Invisible Cities'],
    ['search', { query: 'xyzzy' }, 'No title has "xyzzy" in it.'],
    ['order', { title: 'Solaris' }, 'Ordered "Solaris", wrapped as a gift.'],
    ['blurb', { title: 'Solaris' }, 'Splendid.'],
  ])('%s %j says %j', async (name, args, text) =>
    expect(await call(name, args)).toMatchObject({ content: [{ type: 'text', text }] }),
  )

  test('fail fails as tools do', async () => expect(await call('fail')).toMatchObject({ isError: true }))

  test('slow says how far it is', async () => {
    const client = await demoVisitor((await demoServer()).url, stateless)
    const seen: number[] = []
    await client.callTool(
      { name: 'slow', arguments: { steps: 2 } },
      { onprogress: ({ progress }) => void seen.push(progress) },
    )
    expect(seen).toEqual([1, 2])
  })

  test('there is a resource and a prompt', async () => {
    const client = await demoVisitor((await demoServer()).url, stateless)
    expect(await client.readResource({ uri: 'demo://catalogue' })).toMatchObject({
      contents: [{ text: expect.stringContaining('Solaris') }],
    })
    expect(await client.getPrompt({ name: 'recommend', arguments: { title: 'Solaris' } })).toMatchObject({
      messages: [{ content: { text: 'Recommend a book to somebody who liked Solaris.' } }],
    })
  })
})

test('interrupted closes its stream, and the answer comes to the client that resumes', async () => {
  const client = await demoVisitor((await demoServer()).url, false)
  expect(await client.callTool({ name: 'interrupted' })).toMatchObject({
    content: [{ text: 'You came back. Nothing was lost.' }],
  })
})
