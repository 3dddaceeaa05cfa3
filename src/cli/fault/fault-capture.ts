import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ProxyError } from '../../errors.ts'
import type { InstanceRow, Reader } from '../../store/index.ts'
import { aliveInstances } from '../alive.ts'
import { capturePath, type CaptureFlags } from '../capture.ts'
import type { Context } from '../context.ts'
import { quoted, tilde } from '../invocation.ts'

/** Flags of what gives rules to processes. */
export interface WhereFlags extends CaptureFlags {
  instance?: string
  everywhere?: true
}

/** A capture with rules in it, or a place for them. */
export interface FaultCapture {
  readonly path: string
  /** Behind commands that are to find the same capture; empty for the usual one. */
  readonly flag: string
}

/**
 * The capture whose processes are meant: the named one; else, of the usual one and the demo's, the one that a process records into. Throws
 * `INSTANCE_AMBIGUOUS` where that is both, `INSTANCE_NONE` where nothing was ever recorded.
 */
export const faultCapture = async (flags: CaptureFlags, context: Context): Promise<FaultCapture> => {
  const { path, named } = await capturePath(flags, context)
  const shown = (one: string): string => ` --db ${quoted(tilde(one, context.env['HOME']))}`
  if (named) return { path, flag: flags.db === undefined ? '' : shown(path) }
  const demo = join(dirname(path), 'demo.db')
  const there = [path, demo].filter((one) => existsSync(one))
  const { openReader } = await import('../../store/reader.ts')
  const live = there.filter((one) => {
    const reader = openReader(one)
    try {
      return livingIn(reader, context.now()).length > 0
    } finally {
      reader.close()
    }
  })
  if (live.length > 1) {
    throw new ProxyError('INSTANCE_AMBIGUOUS', 'A proxy and the demo run, each with a capture of its own.', {
      hint: `Say which one:${live.map(shown).join(' or')}`,
    })
  }
  const chosen = live[0] ?? there[0]
  if (chosen === undefined) {
    throw new ProxyError('INSTANCE_NONE', 'Nothing is recorded yet, so there is nothing to act on.', {
      hint: `Start a proxy first: mitmcp <url>, or see how it works: mitmcp demo`,
    })
  }
  return { path: chosen, flag: chosen === path ? '' : shown(chosen) }
}

/** Processes that live and have traffic of their own. */
export const livingIn = (reader: Pick<Reader, 'instances'>, now: number): InstanceRow[] => {
  const alive = aliveInstances(reader, now)
  return reader.instances().filter(({ id, role }) => alive.has(id) && role !== 'ui')
}

/** `proxy http://127.0.0.1:6278/mcp (pid 4711)`. */
export const processText = ({ role, name, url, target, pid }: InstanceRow): string =>
  `${[role, name, url ?? target ?? ''].filter((text) => text !== '').join(' ')} (pid ${pid})`
