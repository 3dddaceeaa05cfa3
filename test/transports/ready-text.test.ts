import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { saysReady } from '../../src/transports/ready-text.ts'
import { fakeClock } from '../support/playbook.ts'

const setting = () => {
  const [out, errors] = [new PassThrough(), new PassThrough()]
  const clock = fakeClock()
  return { out, errors, clock, ready: saysReady('läuft', [out, errors], clock) }
}

test('is ready once the text is there, in whatever pieces', async () => {
  const { out, errors, ready } = setting()
  out.write('lä')
  const text = Buffer.from('es läuft')
  for (const byte of text) errors.write(Buffer.from([byte]))
  expect(await ready).toBe('said')
  expect([errors.listenerCount('data'), out.listenerCount('data')]).toEqual([0, 0])
})

test('is taken for ready when it does not say so for 30 s', async () => {
  const { out, clock, ready } = setting()
  out.write('läu ft')
  clock.advance(30_000)
  expect(await ready).toBe('late')
})

test('is not waited for when it has gone', async () => {
  const { out, errors, ready } = setting()
  out.destroy()
  errors.destroy()
  expect(await ready).toBe('gone')
})
