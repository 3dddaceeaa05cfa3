import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { Told } from './both-ways.ts'
import { messageLines, recorded, type Recorded } from './capture-check.ts'
import { callsOf, withoutChance } from './sdk-transcript.ts'
import { temporaryFolder } from './temporary.ts'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** What an SDK's `StdioClientTransport` is made from. */
export interface Started {
  readonly command: string
  readonly args: string[]
  readonly stderr: 'ignore'
}

/** The reference server on stdio. */
export const everythingCommand = (): string[] => {
  const folder = dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/package.json'))
  return [process.execPath, join(folder, 'dist/index.js'), 'stdio']
}

/** A server of SDK v2, of both eras. */
export const v2Command = (): string[] => [
  process.execPath,
  fileURLToPath(new URL('../fixtures/stdio-v2-server.mjs', import.meta.url)),
]

/**
 * Tells one story with the server started directly and wrapped: the client must see the same, and the capture must hold what it
 * said and heard. Sessions that are probes of the client's are left out of the comparison.
 */
export async function wrappedStory(
  command: readonly string[],
  story: (server: Started) => Promise<Told>,
): Promise<Recorded & { readonly told: Told }> {
  const started = ([program = '', ...args]: readonly string[]): Started => ({
    command: program,
    args,
    stderr: 'ignore',
  })
  const direct = await story(started(command))
  const db = join(temporaryFolder(), 'capture.db')
  const told = await story(started([process.execPath, MAIN, 'stdio', '--db', db, '--name', 'server', '--', ...command]))
  expect(withoutChance(told.seen)).toEqual(withoutChance(direct.seen))
  await expect.poll(() => recorded(db).sessions.every(({ endedAt }) => endedAt !== null)).toBe(true)
  const capture = recorded(db)
  const probes = new Set(capture.sessions.filter(({ probe }) => probe).map(({ uid }) => uid))
  if (probes.size === 0) {
    expect(messageLines(capture.messages)).toEqual(messageLines(told.said))
    expect(capture.callLines).toEqual(callsOf(told.said))
  }
  return { ...capture, told }
}
