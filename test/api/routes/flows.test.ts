import { expect, test } from 'vitest'
import { apiFixture } from '../../support/api-fixture.ts'

const withFlows = () => {
  const fixture = apiFixture()
  fixture.add('session', { uid: 'abcd2345' })
  fixture.add('connection', { id: 4 })
  fixture.add('flow', { connection: 4, session: 1, verb: 'POST' })
  fixture.add('flow', { connection: 5 })
  return fixture
}

test('flows come by session and connection', async () => {
  const { json } = withFlows()
  expect((await json('/api/flows')).body).toMatchObject([
    { id: 1, session: 'abcd2345' },
    { id: 2, session: null },
  ])
  expect((await json('/api/flows?session=abcd')).body).toMatchObject([{ id: 1 }])
  expect((await json('/api/flows?connection=5')).body).toMatchObject([{ id: 2 }])
  expect(await json('/api/flows?session=zz')).toMatchObject({ status: 404 })
})

test('a flow comes with its connection and its first thousand frames', async () => {
  const { json, add } = withFlows()
  for (let i = 0; i < 1001; i++) add('frame', { flow: 1 })
  const { body } = await json('/api/flows/1')
  expect(body).toMatchObject({ flow: { verb: 'POST' }, connection: { id: 4 } })
  const { frames } = body as { frames: { id: number }[] }
  expect([frames.length, frames[0]?.id, frames.at(-1)?.id]).toEqual([1000, 1, 1000])
  expect(await json('/api/flows/3')).toMatchObject({
    status: 404,
    body: { message: 'There is no flow 3 in the capture.' },
  })
})
