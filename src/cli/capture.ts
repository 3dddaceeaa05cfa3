import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from 'commander'
import { readEnvironment } from '../config/environment.ts'
import { ProxyError } from '../errors.ts'
import type { Reader } from '../store/index.ts'
import type { Context } from './context.ts'

/** Flags of every command that reads a capture. */
export interface CaptureFlags {
  db?: string
  json?: true
}

export const addCaptureFlags = (command: Command): Command =>
  command
    .option('--db <file>', 'capture file (default: the one in your data folder)')
    .option('--json', 'one line of JSON for each row')

/** The capture that is meant: by flag, by `MITMCP_DB`, or the usual one. `named` is false for the usual one. */
export const capturePath = async (
  flags: CaptureFlags,
  { env }: Pick<Context, 'env'>,
): Promise<{ path: string; named: boolean }> => {
  const said = flags.db ?? readEnvironment(env).settings.db
  if (said !== undefined) return { path: said, named: true }
  const { defaultCapturePath } = await import('../store/open.ts')
  return { path: defaultCapturePath(env, process.platform), named: false }
}

/**
 * Opens the capture that is meant. Undefined when nobody named it and nothing was ever recorded: not an error, and told as such.
 * Throws as `openReader`.
 */
export const openMeantCapture = async (flags: CaptureFlags, context: Context): Promise<Reader | undefined> => {
  const { path, named } = await capturePath(flags, context)
  if (!named && !existsSync(path)) {
    context.output.note(
      `Nothing is recorded yet. Start with: ${context.command} <url>, or see how it works: ${context.command} demo`,
    )
    return undefined
  }
  const { openReader } = await import('../store/reader.ts')
  return openReader(path)
}

/** How often a capture that is not there yet is looked for. */
const LOOK_MS = 250

/**
 * Opens the capture that is meant, waiting until there is one. Undefined when stopped before. Throws as `openReader`, but not for a
 * file that is about to become a capture.
 */
export const waitForCapture = async (
  flags: CaptureFlags,
  context: Context,
  stopping: AbortSignal,
): Promise<Reader | undefined> => {
  const { path } = await capturePath(flags, context)
  const { inspectCapture } = await import('../store/open.ts')
  const { openReader } = await import('../store/reader.ts')
  for (let told = false; !stopping.aborted;) {
    const found = inspectCapture(path)
    const reader = found === 'capture' ? openYoung(() => openReader(path)) : undefined
    if (reader) return reader
    if (!told) context.output.note(`Waiting for ${path}: nothing is recorded there yet.`)
    told = true
    await delay(LOOK_MS, undefined, { signal: stopping }).catch(() => undefined)
  }
  return undefined
}

/** A capture whose tables are being made right now counts as not there yet. */
const openYoung = (open: () => Reader): Reader | undefined => {
  try {
    return open()
  } catch (error) {
    if (error instanceof ProxyError && error.code === 'STORE_OPEN_FAILED') return undefined
    throw error
  }
}
