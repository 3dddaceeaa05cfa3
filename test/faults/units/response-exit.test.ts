import { describe, expect, test } from 'vitest'
import { watchedLine } from '../../support/watched-line.ts'

const GET = 'GET / HTTP/1.1\r\n\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

/** How many answers were told as swallowed, after each of these pieces; `drop`: which answers rules drop. */
function swallowed(pieces: readonly string[], drop: readonly number[]): number[] {
  let told = 0
  let seen = 0
  const line = watchedLine({
    swallowed: (answers) => void (told += answers),
    damage: (_event, direction) => (direction === 's2c' && drop.includes(seen++) ? [] : undefined),
  })
  for (let k = 0; k < 3; k++) line.push('c2s', GET)
  return pieces.map((piece) => {
    line.push('s2c', piece)
    return told
  })
}

describe('an answer that', () => {
  test('leaves is not swallowed', () => {
    expect(swallowed([OK, OK + OK], [])).toEqual([0, 0])
  })

  test('is dropped is told once it is complete', () => {
    expect(swallowed([OK.slice(0, -1), OK.slice(-1), OK], [0])).toEqual([0, 1, 1])
  })

  test('is dropped between two others is told as the second one', () => {
    expect(swallowed([OK + OK + OK], [1])).toEqual([1])
  })

  test('has an interim before it is one answer', () => {
    expect(swallowed([`HTTP/1.1 103 Early Hints\r\n\r\n${OK}`, `HTTP/1.1 103 Early Hints\r\n\r\n${OK}`], [0])).toEqual([
      1, 1,
    ])
  })

  test('waits is not swallowed', () => {
    const told: number[] = []
    let first = true
    const line = watchedLine({
      swallowed: (answers) => void told.push(answers),
      damage: (event, direction) => {
        if (direction === 'c2s' || !first) return undefined
        first = false
        return [
          { do: 'wait', ms: 50 },
          { do: 'pass', event },
        ]
      },
    })
    line.push('c2s', GET)
    line.push('s2c', OK)
    expect(line.out('s2c')).toBe('')
    line.clock.advance(50)
    expect([line.out('s2c'), told]).toEqual([OK, []])
  })
})
