import { describe, expect, onTestFinished, test } from 'vitest'
import { type LiveClock, liveStream } from '../../src/api/live.ts'
import type { LiveChange } from '../../src/api/contract.ts'
import { statusOf } from '../../src/api/status.ts'
import { parseFilter } from '../../src/filter/index.ts'
import { openReader } from '../../src/store/reader.ts'
import { steppedClock } from '../support/api-fixture.ts'
import { captureFixture, START } from '../support/capture-fixture.ts'

interface Seen {
  readonly event?: string
  readonly id?: string
  readonly data: unknown
  readonly comment?: string
}

/** A stream over a fixture's capture, read event by event. Time passes only while the stream waits. */
function live(since = 0, clock: LiveClock & { at: number } = steppedClock(), filter?: string) {
  const capture = captureFixture()
  const reader = openReader(capture.path)
  onTestFinished(() => reader.close())
  const setting = { version: '1', proxyUrl: null, target: null }
  const stopping = new AbortController()
  const status = () => statusOf(reader, setting, START)
  const open = (from: number) => {
    const stream = liveStream({
      reader,
      status,
      since: from,
      clock,
      stopping: stopping.signal,
      ...(filter !== undefined && { filter: parseFilter(filter) }),
    }).getReader()
    const next = async (): Promise<Seen | undefined> => {
      const { done, value } = await stream.read()
      return done ? undefined : parsed(new TextDecoder().decode(value))
    }
    const change = async (): Promise<LiveChange> => {
      for (;;) {
        const seen = await next()
        if (seen === undefined) throw new Error('the stream ended')
        if (seen.event === 'change') return seen.data as LiveChange
      }
    }
    return { stream, next, change }
  }
  /** `frames` frames born by one commit. */
  const commit = (frames: number, more: object = {}): void => {
    const ids = Array.from({ length: frames }, () => capture.add('frame'))
    capture.add('change', { frame_first: ids[0] ?? null, frame_last: ids.at(-1) ?? null, ...more })
  }
  return { ...capture, clock, stopping, commit, open, ...open(since) }
}

function parsed(text: string): Seen {
  expect(text.endsWith('\n\n')).toBe(true)
  const fields = new Map(
    text
      .trimEnd()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  )
  const comment = fields.get('')
  const [event, id, data] = [fields.get('event'), fields.get('id'), fields.get('data')]
  return {
    data: data === undefined ? undefined : JSON.parse(data),
    ...(comment !== undefined && { comment }),
    ...(event !== undefined && { event }),
    ...(id !== undefined && { id }),
  }
}

const ids = (change: LiveChange) => change.frames.map(({ id }) => id)

test('the state comes first, then everything since the position given, as one', async () => {
  const { commit, add, next } = live()
  add('session', { uid: 'abcd2345' })
  commit(2, { sessions: '[1]' })
  commit(3, { sessions: '[1]' })
  expect(await next()).toMatchObject({ event: 'status', data: { totals: { frames: 5 } } })
  expect(await next()).toMatchObject({
    event: 'change',
    id: '2',
    data: { seq: 2, framesLeftOut: false, sessions: [{ uid: 'abcd2345' }], flows: [], calls: [] },
  })
})

test('a position means what comes after it; coming back with the last id misses and repeats nothing', async () => {
  const { commit, change, open, stream } = live()
  commit(2)
  commit(1)
  expect(ids(await change())).toEqual([1, 2, 3])
  await stream.cancel()
  commit(1)
  const again = open(2)
  expect(ids(await again.change())).toEqual([4])
})

test('a position beyond the capture is one of another capture: from now on', async () => {
  const { commit, open } = live()
  commit(1)
  const stream = open(999)
  await stream.next()
  commit(1)
  expect(ids(await stream.change())).toEqual([2])
})

test('changes are told at most ten times a second, taken together', async () => {
  const { commit, change, clock } = live()
  const at: number[] = []
  for (let i = 0; i < 5; i++) {
    commit(1)
    commit(1)
    expect(await change()).toMatchObject({ seq: i * 2 + 2 })
    at.push(clock.at)
  }
  const gaps = at.slice(1).map((instant, i) => instant - (at[i] ?? 0))
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(100)
  expect(Math.max(...gaps)).toBeLessThanOrEqual(200)
})

test('a row that changed several times is told once', async () => {
  const { commit, add, change } = live()
  add('call')
  commit(1, { calls: '[1]' })
  commit(1, { calls: '[1]', frames: '[1]' })
  const told = await change()
  expect(told.calls).toHaveLength(1)
  expect(ids(told)).toEqual([1, 2])
})

test('a commit that has nothing to tell is not told', async () => {
  const { commit, change, add } = live()
  add('change', { connections: '[1]' })
  const next = change()
  commit(1)
  expect(await next).toMatchObject({ seq: 2, frames: [{ id: 1 }] })
})

test('of more than a thousand frames the first thousand are told, and that there are more; then it goes on from the newest', async () => {
  const { commit, change } = live()
  for (let i = 0; i < 30; i++) commit(100)
  const told = await change()
  expect(told).toMatchObject({ seq: 30, framesLeftOut: true })
  expect(ids(told)).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1))
  commit(1)
  expect(await change()).toMatchObject({ seq: 31, framesLeftOut: false, frames: [{ id: 3001 }] })
})

test('a thousand frames exactly are all told', async () => {
  const { commit, change } = live()
  for (let i = 0; i < 10; i++) commit(100)
  expect(await change()).toMatchObject({ seq: 10, framesLeftOut: false })
})

test('a single commit of more than a thousand is cut too', async () => {
  const { commit, change } = live()
  commit(1200)
  const told = await change()
  expect(told.frames).toHaveLength(1000)
  expect(told.framesLeftOut).toBe(true)
})

test('of a flood of lines of the log the first thousand are told, and that there are more', async () => {
  const { change, add, db } = live()
  db.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
    INSERT INTO log SELECT i, 1, NULL, NULL, NULL, i, 'stderr', '{"text":"x"}' FROM n`)
  const next = change()
  add('change', { log_first: 1, log_last: 1200 })
  const told = await next
  expect([told.logs.length, told.logsLeftOut, told.framesLeftOut]).toEqual([1000, true, false])
})

test('where changes were pruned there is more than is told', async () => {
  const { commit, change, db } = live()
  for (let i = 0; i < 3; i++) commit(1)
  db.exec('DELETE FROM change WHERE seq < 3')
  expect(await change()).toMatchObject({ seq: 3, framesLeftOut: true, logsLeftOut: true, frames: [{ id: 3 }] })
})

test('a client that does not read makes nothing grow: one event is made when it comes back', async () => {
  const { commit, next, change, clock, reads } = counted()
  await next()
  const before = reads()
  for (let i = 0; i < 50; i++) commit(100)
  clock.at += 60_000
  expect(reads()).toBe(before)
  expect(await change()).toMatchObject({ seq: 50, framesLeftOut: true })
})

/** As `live`, and how often the capture has been asked. */
function counted() {
  const clock = steppedClock()
  let asked = 0
  const counting = Object.assign(clock, {
    now: () => {
      asked++
      return clock.at
    },
  })
  return { ...live(0, counting), reads: () => asked }
}

describe('with a filter', () => {
  const started = (filter: string) => {
    const fixture = live(0, steppedClock(), filter)
    fixture.add('session', { uid: 'abcd2345' })
    fixture.add('connection')
    fixture.add('flow', { status: null })
    return fixture
  }

  test('frames it holds for are told whole, the others by their number', async () => {
    const { commit, change, db } = started('dir:s2c')
    commit(3)
    db.exec('UPDATE frame SET direction = 1 WHERE id = 2')
    const told = await change()
    expect([ids(told), told.otherFrames]).toEqual([[2], [1, 3]])
  })

  test('a call that is answered brings its frames in, or out', async () => {
    const { commit, change, add, db } = started('outcome:pending')
    commit(1)
    add('message', { frame: 1, call: 1 })
    db.exec('UPDATE frame SET messages = 1')
    add('call', { outcome: 'pending' })
    expect(ids(await change())).toEqual([1])
    db.exec(`UPDATE call SET outcome = 'ok'`)
    commit(0, { calls: '[1]' })
    const told = await change()
    expect([ids(told), told.otherFrames]).toEqual([[], [1]])
  })

  test('a flow that is answered brings its frames in', async () => {
    const { commit, change, db } = started('status:404')
    commit(2)
    const first = await change()
    expect([ids(first), first.otherFrames]).toEqual([[], [1, 2]])
    db.exec('UPDATE flow SET status = 404')
    commit(0, { flows: '[1]' })
    expect(ids(await change())).toEqual([1, 2])
  })
})

test('the state is told again when it changed, looked at every two seconds', async () => {
  const { next, add, clock } = live()
  expect(await next()).toMatchObject({ event: 'status' })
  add('loss')
  expect(await next()).toMatchObject({ event: 'status', data: { losses: [{ chunks: 1 }] } })
  expect(clock.at).toBeGreaterThanOrEqual(2000)
  expect(clock.at).toBeLessThan(2100)
})

test('where nothing happens a comment comes every 15 seconds; heartbeats of processes and the clock are nothing', async () => {
  const { next, db, clock } = live()
  await next()
  db.exec(`UPDATE instance SET seen_at = seen_at + 1000000`)
  expect(await next()).toMatchObject({ comment: 'still here' })
  expect(clock.at).toBeGreaterThanOrEqual(15_000)
  expect(clock.at).toBeLessThan(15_100)
  await next()
  expect(clock.at).toBeGreaterThanOrEqual(30_000)
})

test('it ends when the desk stops, also in the middle of waiting', async () => {
  const waiting: (() => void)[] = []
  const clock = {
    at: 0,
    now: () => clock.at,
    sleep: (_: number, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        waiting.push(resolve)
        signal.addEventListener('abort', () => resolve())
      }),
  }
  const { next, stopping } = live(0, clock)
  await next()
  const end = next()
  await expect.poll(() => waiting.length).toBe(1)
  stopping.abort()
  expect(await end).toBeUndefined()
})

test('a client that left is not waited for', async () => {
  let slept = 0
  const clock = {
    at: 0,
    now: () => clock.at,
    sleep: (_: number, signal: AbortSignal) => {
      slept++
      return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    },
  }
  const { next, stream } = live(0, clock)
  await next()
  const end = next()
  await expect.poll(() => slept).toBe(1)
  await stream.cancel()
  expect(await end).toBeUndefined()
  expect(slept).toBe(1)
})
