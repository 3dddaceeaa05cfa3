import { describe, expect, it } from 'vitest'
import { KeptMessage } from '../../src/transports/kept-message.ts'

/** Pieces as they come: `f` framing, `b` body, `l` the digits of a length, `h` other bytes of the head. */
function kept(...pieces: readonly (readonly ['f' | 'b' | 'l' | 'h', string])[]): KeptMessage {
  const message = new KeptMessage()
  let at = 100
  for (const [kind, text] of pieces) {
    const bytes = Buffer.from(text)
    if (kind === 'f') message.framing(bytes, at)
    else if (kind === 'b') message.body(bytes, at)
    else if (kind === 'l') message.length(bytes, at)
    else message.other(bytes)
    at += bytes.length
  }
  return message
}

const textOf = (message: KeptMessage): string => Buffer.concat(message.take()).toString()
const edit = (message: KeptMessage, from: number, to: number, text: string): string[] | undefined =>
  message
    .edit({ from, to, bytes: Buffer.from(text), rule: 'r' })
    ?.map(
      ({ offset, was, bytes, rule }) =>
        `${rule} ${offset} ${Buffer.from(was).toString()}→${Buffer.from(bytes).toString()}`,
    )

describe('a kept message', () => {
  it('has its payload without framing', () => {
    const message = kept(['f', '3\r\n'], ['b', 'abc'], ['f', '\r\n2\r\n'], ['b', 'de'])
    expect(Buffer.from(message.payload).toString()).toBe('abcde')
  })

  it('is edited with the length it announces, in every line that does', () => {
    const message = kept(['h', 'L: '], ['l', '5'], ['h', '\r\nL: '], ['l', '5'], ['h', '\r\n\r\n'], ['b', 'abcde'])
    expect(edit(message, 1, 3, 'xxxxxxx')).toEqual(['length 103 5→10', 'length 109 5→10', 'r 115 bc→xxxxxxx'])
    expect(textOf(message)).toBe('L: 10\r\nL: 10\r\n\r\naxxxxxxxde')
  })

  it('stays as it is where its length is no number', () => {
    const message = kept(['l', '5, 5'], ['b', 'abcde'])
    expect(edit(message, 1, 3, 'x')).toBeUndefined()
  })

  it('keeps its length when nothing grows', () => {
    const message = kept(['l', '5'], ['b', 'abcde'])
    expect(edit(message, 1, 3, 'xy')).toEqual(['r 102 bc→xy'])
  })

  it('is edited with the size of the chunk, extensions kept', () => {
    const message = kept(['f', '0a ;x=1\r\n'], ['b', 'abcdefghij'])
    expect(edit(message, 0, 1, 'xyz')).toEqual(['length 100 0a→c', 'r 109 a→xyz'])
    expect(textOf(message)).toBe('c ;x=1\r\nxyzbcdefghij')
  })

  it('is edited across chunks, each giving as much as it gives up', () => {
    const message = kept(['f', '2\r\n'], ['b', 'ab'], ['f', '\r\n2\r\n'], ['b', 'cd'], ['f', '\r\n1\r\n'], ['b', 'e'])
    expect(edit(message, 1, 4, 'wxyz')).toEqual(['r 104 b→w', 'length 107 2→3', 'r 110 cd→xyz'])
    expect(textOf(message)).toBe('2\r\naw\r\n3\r\nxyz\r\n1\r\ne')
  })

  it('loses a chunk that would be empty, and does not end by it', () => {
    const message = kept(['f', '2\r\n'], ['b', 'ab'], ['f', '\r\n1\r\n'], ['b', 'c'], ['f', '\r\n1\r\n'], ['b', 'd'])
    edit(message, 1, 3, 'x')
    expect(textOf(message)).toBe('2\r\nax\r\n1\r\nd')
  })

  it('takes what is put in where nothing goes', () => {
    const message = kept(['f', '2\r\n'], ['b', 'ab'], ['f', '\r\n1\r\n'], ['b', 'c'])
    expect(edit(message, 2, 2, 'xx')).toEqual(['length 107 1→3', 'r 110 →xx'])
    expect(textOf(message)).toBe('2\r\nab\r\n3\r\nxxc')
  })

  it('knows whether the rest can be edited without it', () => {
    expect(kept(['b', 'ab']).apart).toBe(true)
    expect(kept(['f', '2\r\n'], ['b', 'ab']).apart).toBe(true)
    expect(kept(['f', '2\r\n'], ['b', 'ab'], ['f', '\r\n']).apart).toBe(true)
    expect(kept(['f', '2\r\n'], ['b', 'a']).apart).toBe(false)
    expect(kept(['f', '2\r\n'], ['b', 'ab'], ['f', '\r\n1']).apart).toBe(false)
    expect(kept(['l', '2'], ['b', 'ab']).apart).toBe(false)
  })
})
