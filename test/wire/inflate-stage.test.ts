import { Transform } from 'node:stream'
import { constants, createInflateRaw, deflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { InflateStage } from '../../src/wire/inflate-stage.ts'

const stage = (maxBytes?: number) => new InflateStage(createInflateRaw(), constants.Z_SYNC_FLUSH, maxBytes)

test('gives all that can be read, piece by piece', () => {
  const bytes = deflateRawSync('Hello '.repeat(10_000))
  const given: Uint8Array[] = []
  const inflating = stage()
  inflating.write(bytes.subarray(0, 20), given)
  inflating.write(bytes.subarray(20), given)
  inflating.finish(constants.Z_FINISH, given)
  expect(Buffer.concat(given).toString()).toBe('Hello '.repeat(10_000))
  expect([inflating.failed, inflating.ended]).toEqual([false, false])
  inflating.close()
})

test('says where the coding had its end before the bytes', () => {
  const inflating = stage()
  inflating.write(Buffer.concat([deflateRawSync('a'), Buffer.from('more')]), [])
  expect(inflating.ended).toBe(true)
})

test('gives no more than is left, and fails there', () => {
  const given: Uint8Array[] = []
  const inflating = stage(3)
  inflating.write(deflateRawSync('Hello'), given)
  expect([Buffer.concat(given).toString(), inflating.failed, inflating.left]).toEqual(['Hel', true, 0])
})

test('fails where node:zlib has no way to do it at once', () => {
  const inflating = new InflateStage(new Transform(), constants.Z_SYNC_FLUSH)
  inflating.write(Buffer.from('a'), [])
  inflating.finish(constants.Z_FINISH, [])
  expect(inflating.failed).toBe(true)
})
