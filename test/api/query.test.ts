import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { problem } from '../../src/api/problem.ts'
import { flag, found, id, idOf, page, query, text } from '../../src/api/query.ts'

const app = new Hono()
  .get('/', (c) => c.json(query(c, { ...page, flow: id.optional(), word: text.optional(), on: flag.optional() })))
  .get('/none', (c) => c.json(query(c, {})))
  .get('/of/:id', (c) => c.json(found(idOf(c) === 7 ? 'seven' : undefined, `thing ${idOf(c)}`)))
  .onError((error, c) => problem(c, error))
const ask = async (path: string) => {
  const response = await app.request(path)
  return { status: response.status, body: (await response.json()) as unknown }
}

test('what is given comes as what it is, the rest is absent', async () => {
  expect(await ask('/?before=12&limit=5000&flow=3&word=a%20b&on=1')).toEqual({
    status: 200,
    body: { before: 12, limit: 5000, flow: 3, word: 'a b', on: true },
  })
  expect((await ask('/?on=false')).body).toEqual({ on: false })
  expect((await ask('/')).body).toEqual({})
})

test.each([
  ['?befor=1', 'befor'],
  ['?before=', 'before'],
  ['?before=-1', 'before'],
  ['?before=1.5', 'before'],
  ['?before=1e3', 'before'],
  ['?before=9999999999999999', 'before'],
  ['?limit=0', 'limit'],
  ['?limit=5001', 'limit'],
  ['?word=', 'word'],
  ['?on=yes', 'on'],
  ['?flow=1&flow=2', 'flow: given more than once'],
])('%s is refused by name, and what may be given is told', async (search, name) => {
  expect(await ask(`/${search}`)).toMatchObject({
    status: 400,
    body: {
      code: 'REQUEST_INVALID',
      message: expect.stringContaining(name),
      hint: 'It takes: before, after, limit, flow, word, on.',
    },
  })
})

test('all that is wrong is told at once', async () => {
  expect(await ask('/?before=x&limit=0')).toMatchObject({ body: { message: expect.stringMatching(/before.*limit/) } })
})

test('where nothing may be given, that is told', async () => {
  expect(await ask('/none?a=1')).toMatchObject({ status: 400, body: { hint: 'It takes no parameters.' } })
})

test.each([
  ['7', 200],
  ['8', 404],
  ['seven', 400],
  ['-7', 400],
])('of/%s gives %i', async (path, status) => {
  expect((await ask(`/of/${path}`)).status).toBe(status)
})
