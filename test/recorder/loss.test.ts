import { expect, test } from 'vitest'
import { LossCounter } from '../../src/recorder/loss.ts'

test('counts what is not kept, from the first chunk to the last, and in all', () => {
  const lost = new LossCounter()
  lost.begin('full')
  lost.add(20, 30, 2, 100)
  lost.add(10, 15, 1, 50)
  lost.add(0, 0, 0, 0)
  expect(lost.end()).toEqual({ from: 10, to: 30, chunks: 3, bytes: 150, reason: 'full' })
  lost.begin('again')
  lost.add(40, 40, 1, 1)
  expect(lost.end()).toEqual({ from: 40, to: 40, chunks: 1, bytes: 1, reason: 'again' })
  expect([lost.totalChunks, lost.totalBytes]).toEqual([4, 151])
})
