import { expect, test } from 'vitest'
import { OneLoad } from '../../../ui/src/state/one-load.ts'

const opened = () => {
  let done = 0
  const loads = new OneLoad(() => done++)
  return { loads, done: () => done }
}

test('a second load waits for nobody: it is left out', async () => {
  const { loads, done } = opened()
  let finish = () => {}
  const first = loads.run('older', () => new Promise((resolve) => (finish = resolve)))
  let ran = false
  await loads.run('newer', () => Promise.resolve(void (ran = true)))
  expect([ran, loads.loading.value]).toEqual([false, 'older'])
  finish()
  await first
  expect([done(), loads.loading.value]).toEqual([1, null])
})

test('a new window ends what runs, and what that failed with is not told', async () => {
  const { loads, done } = opened()
  let fail: (why: Error) => void = () => {}
  const first = loads.run('older', () => new Promise((_, reject) => (fail = reject)))
  await loads.run('window', () => Promise.resolve())
  fail(new Error('too late'))
  await first
  expect([done(), loads.error.value]).toEqual([1, null])
})

test('what failed says why, until the next goes well', async () => {
  const { loads } = opened()
  await loads.run('window', () => Promise.reject(new Error('no')))
  expect(loads.error.value).not.toBe(null)
  await loads.run('window', () => Promise.resolve())
  expect(loads.error.value).toBe(null)
})
