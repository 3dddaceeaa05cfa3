import { expect, test } from 'vitest'
import { apiFixture } from '../../support/api-fixture.ts'

const ask = (query: Record<string, string>) => {
  const fixture = apiFixture()
  fixture.add('session', { uid: 'abcd2345', client_name: 'claude-code' })
  fixture.add('call', { tool: 'search files' })
  return fixture.json(`/api/filter?${new URLSearchParams(query).toString()}`)
}

test('a filter that holds comes with its sentence', async () => {
  expect(await ask({ text: 'method:tools/call dir:c2s' })).toMatchObject({
    status: 200,
    body: { sentence: 'tools/call messages to the server', problem: null, completion: null },
  })
  expect(await ask({})).toMatchObject({ body: { sentence: 'all traffic' } })
})

test('one that does not comes with the place, and what was meant', async () => {
  const { body } = await ask({ text: 'a metod:x', cursor: '7' })
  expect(body).toMatchObject({
    sentence: null,
    problem: {
      from: 2,
      to: 7,
      nearest: 'method:',
      message: 'Filter, character 3: there is no key "metod".',
      hint: 'Did you mean method:?',
    },
    completion: { candidates: [] },
  })
})

test('what could stand at the cursor is told with what the capture has', async () => {
  const offered = async (text: string) => {
    const { body } = await ask({ text, cursor: String(text.length) })
    return (body as { completion: { candidates: { text: string }[] } }).completion.candidates.map((each) => each.text)
  }
  expect(await offered('tool:')).toEqual(['"search files"'])
  expect(await offered('client:c')).toEqual(['claude-code'])
  expect(await offered('outcome:canc')).toEqual(['cancelled'])
})
