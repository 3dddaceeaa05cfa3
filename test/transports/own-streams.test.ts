import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const OWN_STREAMS = fileURLToPath(new URL('../../dist/transports/own-streams.js', import.meta.url))

/** Closes both of its streams at once, and tells on stderr where descriptors 0 and 1 lead: before a thread has started, and after. */
const CLOSER = `
import { readlinkSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
const { ownStreams } = await import(process.argv[1])
const places = () => [0, 1].map((fd) => readlinkSync('/proc/self/fd/' + fd))
let started
const streams = ownStreams(new Promise((resolve) => { started = resolve }))
const before = places()
streams.closeInput()
const closed = streams.closeOutput()
for (let turns = 0; turns < 20; turns++) await turn()
const waiting = places()
started()
await closed
for (let turns = 0; turns < 20; turns++) await turn()
process.stderr.write(JSON.stringify({ before, waiting, after: places() }))
`

describe.skipIf(process.platform !== 'linux')('the streams of a wrapper (looked up in /proc, so on Linux only)', () => {
  it('are closed only once no thread can be given their numbers', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', CLOSER, OWN_STREAMS])
    let said = ''
    child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()))
    await once(child, 'close')
    const { before, waiting, after } = JSON.parse(said) as Record<string, string[]>
    expect(waiting).toEqual(before)
    expect(after).toEqual(['/dev/null', '/dev/null'])
  })
})
