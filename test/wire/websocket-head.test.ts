import { describe, expect, test } from 'vitest'
import { masked, WebSocketHeadReader, webSocketPayload } from '../../src/wire/websocket-head.ts'
import { masked as maskedFrame, wsFrame } from '../support/websocket-frames.ts'

const headOf = (hex: string) => {
  const bytes = Buffer.from(hex, 'hex')
  const reader = new WebSocketHeadReader()
  const end = reader.take(bytes, 0, bytes.length)
  return { done: reader.done, end, head: reader.done ? reader.finish() : undefined }
}

describe('a header', () => {
  test('of seven bits of length has two bytes', () => {
    expect(headOf('810548656c6c6f')).toEqual({
      done: true,
      end: 2,
      head: { fin: true, rsv: 0, opcode: 1, key: null, length: 5, bytes: 2 },
    })
  })

  test('with a mask has its key', () => {
    expect(headOf('818537fa213d7f9f4d5158').head).toEqual({
      fin: true,
      rsv: 0,
      opcode: 1,
      key: Buffer.from('37fa213d', 'hex'),
      length: 5,
      bytes: 6,
    })
  })

  test('of 16 and of 64 bits of length', () => {
    expect(headOf('827e0100').head).toMatchObject({ opcode: 2, length: 256, bytes: 4 })
    expect(headOf('827f0000000000010000').head).toMatchObject({ opcode: 2, length: 65_536, bytes: 10 })
    expect(headOf('82ff000000000000000101020304').head).toMatchObject({ length: 1, bytes: 14 })
  })

  test('keeps reserved bits, reserved opcodes and fragments as they are', () => {
    expect(headOf('7b00').head).toMatchObject({ fin: false, rsv: 7, opcode: 11 })
  })

  test('is not done before its last byte, and begins anew behind it', () => {
    expect(headOf('827f00000000000100').done).toBe(false)
    const reader = new WebSocketHeadReader()
    expect(reader.open).toBe(false)
    reader.take(Uint8Array.of(0x89), 0, 1)
    expect([reader.open, reader.done]).toEqual([true, false])
    reader.take(Uint8Array.of(0x00, 0x8a), 0, 2)
    expect([reader.done, reader.finish()?.opcode, reader.open]).toEqual([true, 9, false])
  })

  test('whose length is beyond 2^53 is none', () => {
    expect(headOf('827f001fffffffffffff').head).toMatchObject({ length: Number.MAX_SAFE_INTEGER })
    expect(headOf('827f0020000000000000').head).toBeNull()
    expect(headOf('827fffffffffffffffff').head).toBeNull()
  })
})

test('a mask goes on from where the bytes begin', () => {
  const key = Buffer.from('37fa213d', 'hex')
  const bytes = Buffer.from('7f9f4d5158', 'hex')
  expect(masked(bytes, key).toString()).toBe('Hello')
  expect(masked(bytes.subarray(3), key, 3).toString()).toBe('lo')
})

test('the payload of a frame is read with its mask, also of one cut off', () => {
  const text = (frame: Buffer, lead: number) => Buffer.from(webSocketPayload(frame, lead)).toString()
  expect(text(maskedFrame(1, 'Hello'), 6)).toBe('Hello')
  expect(text(wsFrame(1, 'Hello'), 2)).toBe('Hello')
  expect(text(maskedFrame(1, 'Hello').subarray(0, 8), 6)).toBe('He')
})
