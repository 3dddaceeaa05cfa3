import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { CallResult } from '../load/load.ts'
import { candidates } from '../candidates.ts'
import { runLoad } from '../generator.ts'
import { idle } from '../processes.ts'
import type { Solo } from '../suite.ts'
import { figure, median } from '../table.ts'

const wanted = 1_000_000
const asks = 50

interface FrameReader {
  frames(query: object): { readonly rows: readonly { readonly id: number }[] }
  sessions(): readonly { readonly uid: string }[]
  close(): void
}

/** Doubles frames and messages of a capture until there are enough; what they are does not matter here, only how many. */
function grow(path: string): number {
  const db = new Database(path)
  const columns = (db.pragma('table_info(frame)') as { name: string }[]).map(({ name }) => name)
  const others = columns.filter((name) => name !== 'id').join(', ')
  const count = (): number => (db.prepare('SELECT max(id) AS n FROM frame').get() as { n: number }).n
  db.pragma('synchronous = OFF')
  for (let have = count(); have < wanted; have = count()) {
    const take = Math.min(have, wanted - have)
    const messages = (db.pragma('table_info(message)') as { name: string }[]).map(({ name }) => name)
    const rest = messages.filter((name) => name !== 'frame').join(', ')
    db.transaction(() => {
      db.prepare(`INSERT INTO frame (id, ${others}) SELECT id + ?, ${others} FROM frame WHERE id <= ?`).run(have, take)
      db.prepare(`INSERT INTO message (frame, ${rest}) SELECT frame + ?, ${rest} FROM message WHERE frame <= ?`).run(
        have,
        take,
      )
    })()
  }
  const frames = count()
  db.close()
  return frames
}

/** A page of 200 frames of a capture of a million: the newest, one from the middle, one of a session, one of a method. */
export const page: Solo = {
  name: 'page',
  title: 'A page of 200 frames of 1,000,000',
  run: async ({ folder, upstream }) => {
    const capture = join(folder, 'page.db')
    const ours = candidates.find(({ name }) => name === 'ours, recording')!
    const peer = await ours.start(upstream, folder, capture)
    await runLoad<CallResult>({ mode: 'calls', port: peer.port, connections: 8, seconds: 3 })
    await idle(peer.pid)
    await peer.stop()
    const frames = grow(capture)
    const entry = new URL('../../dist/store/reader.js', import.meta.url).href
    const { openReader } = (await import(entry)) as { openReader: (path: string) => FrameReader }
    const reader = openReader(capture)
    const session = reader.sessions()[0]?.uid
    const middle = Math.floor(frames / 2)
    const kinds: [string, object][] = [
      ['newest', { limit: 200 }],
      ['middle', { limit: 200, before: middle }],
      ['after', { limit: 200, after: middle }],
      ...(session === undefined ? [] : ([['session', { limit: 200, before: middle, session }]] as [string, object][])),
      ['method', { limit: 200, before: middle, method: 'tools/call' }],
    ]
    const figures: Record<string, number> = { frames }
    const lines = kinds.map(([name, query]) => {
      const taken: number[] = []
      let rows = 0
      for (let ask = 0; ask < asks; ask++) {
        const from = performance.now()
        rows = reader.frames(query).rows.length
        taken.push(performance.now() - from)
      }
      figures[name] = median(taken)
      return `${name}: median ${figure(median(taken))} ms, slowest ${figure(Math.max(...taken))} ms (${rows} rows of ${figure(frames)})`
    })
    reader.close()
    return { lines, figures }
  },
}
