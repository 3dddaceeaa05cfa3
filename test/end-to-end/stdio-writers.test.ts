import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openReader } from '../../src/store/reader.ts'
import { cli } from '../support/cli-process.ts'
import { start } from '../support/stdio-pair.ts'
import { temporaryFolder } from '../support/temporary.ts'

const WRITERS = 8
const CALLS = 300
const CHATTY = `require('readline').createInterface(process.stdin).on('line', (line) => { const { id } = JSON.parse(line)
  console.error('call ' + id); console.log(JSON.stringify({ jsonrpc: '2.0', id, result: { who: process.argv[1] } })) })`

/** Whether the capture is made. */
const readable = (path: string): boolean => {
  try {
    openReader(path).close()
    return true
  } catch {
    return false
  }
}

test('eight wrappers write one capture at once, nothing of it is lost, and one page shows them all live', async () => {
  const db = join(temporaryFolder(), 'capture.db')
  const peers = Array.from({ length: WRITERS }, (_, k) =>
    start('wrapped', [process.execPath, '-e', CHATTY, `w${k}`], { db, flags: ['--name', `w${k}`] }),
  )
  let seen = 0
  const asking = peers.map(async ({ child, until }, k) => {
    for (let id = 0; id < CALLS; id++) {
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: `t${k}` } })}\n`)
      if (id % 50 === 49) await until(`{"jsonrpc":"2.0","id":${id},"result":{"who":"w${k}"}}\n`)
    }
  })
  const reading = (async () => {
    await expect.poll(() => readable(db)).toBe(true)
    while (seen < WRITERS * CALLS * 2) {
      const reader = openReader(db)
      const { frames } = reader.totals()
      const losses = reader.losses()
      reader.close()
      expect(losses).toEqual([])
      expect(frames).toBeGreaterThanOrEqual(seen)
      seen = frames
      await delay(20)
    }
  })()
  await Promise.all(asking)
  await reading
  const ui = cli(['ui', '--db', db, '--port', '0', '--json'])
  await expect.poll(() => ui.stdout()).toContain('\n')
  const { ui: page, token } = JSON.parse(ui.stdout()) as { ui: string; token: string }
  const answer = await fetch(new URL('/api/sessions', page), { headers: { authorization: `Bearer ${token}` } })
  const open = (await answer.json()) as { server: string; endedAt: number | null }[]
  expect(
    open
      .filter(({ endedAt }) => endedAt === null)
      .map(({ server }) => server)
      .sort(),
  ).toEqual(peers.map((_, k) => `w${k}`))
  for (const { child } of peers) child.stdin.end()
  for (const { closed } of peers) expect(await closed).toEqual([0, null])

  const reader = openReader(db)
  const sessions = reader.sessions()
  expect(sessions).toHaveLength(WRITERS)
  for (const { uid, server, calls, frames, pending, errors } of sessions) {
    expect({ calls, frames, pending, errors }).toEqual({ calls: CALLS, frames: 2 * CALLS, pending: 0, errors: 0 })
    expect(reader.calls({ session: uid, limit: 5000 }).map(({ rpcId, tool }) => [rpcId, tool])).toEqual(
      Array.from({ length: CALLS }, (_, id) => [String(id), server.replace('w', 't')]),
    )
    const lines = reader.logs({ session: uid, kind: 'stderr', limit: 5000 })
    expect(lines.map(({ detail }) => (detail as { text: string }).text)).toEqual(
      Array.from({ length: CALLS }, (_, id) => `call ${id}`),
    )
  }
  expect(reader.losses()).toEqual([])
  reader.close()
}, 60_000)
