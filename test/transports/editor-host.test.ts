import { expect, it, vi } from 'vitest'
import { nullTap, type Clock } from '../../src/pipe/index.ts'
import type { BodyWatch } from '../../src/transports/edit-table.ts'
import { EditorHost } from '../../src/transports/editor-host.ts'
import type { Way } from '../../src/transports/link-way.ts'
import { createOutstanding, type Http1Head } from '../../src/wire/http1.ts'

const bodies: BodyWatch = { keeps: () => false, decision: () => undefined, unedited: () => undefined }

function hosting(direction: 'c2s' | 's2c') {
  const told: unknown[] = []
  const way = {
    connection: 7,
    direction,
    tap: {
      ...nullTap,
      edited: (...edit: unknown[]) => told.push(['edited', ...edit]),
      note: (...note: unknown[]) => told.push(['note', ...note]),
    },
    clock: { now: () => 5000, at: vi.fn<Clock['at']>() },
    write: (bytes: Uint8Array) => told.push(['write', bytes.length]),
    pipe: { given: 42, flushed: () => told.push(['flushed']) },
  }
  const owner = { requested: () => told.push(['requested']), notHttp: () => told.push(['no http']) }
  const table = { names: [], insert: [], line: () => null }
  const host = new EditorHost(way as unknown as Way, owner, createOutstanding(), table, bodies)
  return { host, told, way }
}

it.each([
  ['c2s', 'request', undefined, [['requested'], ['no http']]],
  ['s2c', 'response', bodies, []],
] as const)('%s carries a %s: heads are told of requests, bodies are looked at in answers', (...row) => {
  const [direction, side, looked, expected] = row
  const { host, told } = hosting(direction)
  expect([host.side, host.bodies]).toEqual([side, looked])
  host.head({} as Http1Head)
  host.opaque()
  expect(told).toEqual(expected)
})

it('edits, and what finds no place, are told with connection and direction', () => {
  const { host, told } = hosting('s2c')
  const bytes = Uint8Array.of(1, 2)
  host.edited(3, 4, bytes, 'host')
  host.notInserted(bytes, 'rule')
  expect(told).toEqual([
    ['edited', 7, 's2c', 3, 4, bytes, 'host', undefined, undefined, 5000],
    ['note', 7, 5000, 'not-inserted', { rule: 'rule', direction: 's2c', bytes: 2 }],
  ])
})

it('a held line is let go after a second, and the pipe hears of it', () => {
  const { host, told, way } = hosting('c2s')
  const then = (): void => undefined
  host.holdTime(then)
  expect(way.clock.at).toHaveBeenCalledWith(1_005_000, then)
  host.write(Uint8Array.of(1))
  host.released()
  expect([told, host.given()]).toEqual([[['write', 1], ['flushed']], 42])
})
