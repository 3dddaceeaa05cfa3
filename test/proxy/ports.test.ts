import { describe, expect, test } from 'vitest'
import { ProxyError } from '../../src/errors.ts'
import { openListeners } from '../../src/proxy/ports.ts'
import type { Listener } from '../../src/transports/index.ts'

/** A machine on which some ports are taken; says which were opened and closed. */
const machine = (taken: readonly number[] = []) => {
  const asked: number[] = []
  const closed: number[] = []
  const open = new Set(taken)
  const listen = async (port: number): Promise<Listener> => {
    asked.push(port)
    if (open.has(port)) {
      throw new ProxyError('LISTEN_FAILED', `${port} is taken.`, {
        hint: 'Another.',
        cause: Object.assign(new Error(), { code: 'EADDRINUSE' }),
      })
    }
    const bound = port === 0 ? 50_000 : port
    open.add(bound)
    return {
      address: '127.0.0.1',
      port: bound,
      connections: 0,
      open: 0,
      recorderFull: () => undefined,
      close: async () => void closed.push(bound),
    }
  }
  const openings = (ports: readonly (number | undefined)[]) => ports.map((port) => ({ port, listen }))
  return { asked, closed, openings }
}

const portsOf = (listeners: readonly Listener[]) => listeners.map(({ port }) => port)

describe('listeners', () => {
  test('get the named port, else the next free one from 6278, in their order', async () => {
    const { openings } = machine([6279])
    expect(portsOf(await openListeners(openings([undefined, 7000, undefined, undefined])))).toEqual([
      6278, 7000, 6280, 6281,
    ])
  })

  test('leave a named port to the one it was named for, and ports of servers alone', async () => {
    const { openings } = machine()
    expect(portsOf(await openListeners(openings([undefined, 6278]), [6279]))).toEqual([6280, 6278])
  })

  test('are any when it is said', async () => {
    const { openings } = machine()
    expect(portsOf(await openListeners(openings([0])))).toEqual([50_000])
  })

  test('are all or none: what fails is told at once, what was opened is closed', async () => {
    const { openings, closed } = machine([64_998, 64_999])
    await expect(openListeners(openings([64_998, 7000, 64_999]))).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      message: '64998 is taken.\n      64999 is taken.',
      hint: 'Nothing was started. Give each server another port, or leave it out for the next free one.',
    })
    await expect(openListeners(openings([64_998]))).rejects.toMatchObject({ hint: 'Another.' })
    expect(closed).toEqual([7000])
  })

  test('a mistake of ours is not taken for a port', async () => {
    const listen = () => Promise.reject(new TypeError('oops'))
    await expect(openListeners([{ port: undefined, listen }])).rejects.toThrow('oops')
  })
})
