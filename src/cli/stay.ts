import type { LogLevel } from '../config/settings.ts'
import { isLoopback } from '../config/target.ts'
import type { Running } from '../proxy.ts'
import { EXIT, type Context } from './context.ts'
import { quoted, tilde } from './invocation.ts'
import { openLog, type Log } from './log.ts'
import { aborted } from './stop-signal.ts'
import { bytesText, countText } from './units.ts'

/** How a process that records stays and goes. */
export interface Stay {
  readonly stopping: AbortSignal
  readonly logLevel: LogLevel | undefined
  readonly quiet: boolean
  /** The capture was named by flag or file: hints must name it too. */
  readonly ownDb: boolean
  /** What the log says once it listens. */
  readonly facts: Readonly<Record<string, unknown>>
  readonly say: (text: string) => void
  /** Done before the proxy closes: the demo's client says goodbye through it. */
  readonly leave?: (() => Promise<void>) | undefined
}

/** How long closing may take before we end anyway: two seconds are promised from signal to exit. */
const CLOSE_MS = 1800

/** Stays until a signal, closes, says what was recorded. Gives the exit code. */
export const stay = async (running: Running, options: Stay, context: Context): Promise<number> => {
  const { stopping, logLevel, facts } = options
  const log = await openLog(logLevel, context.output)
  log.info({ ...facts, ui: running.ui, db: running.db }, 'listening')
  running.onNotice((message) => context.output.note(message))
  const watch = watchLosses(running, log)
  await aborted(stopping)
  clearInterval(watch)
  log.info({ signal: String(stopping.reason) }, 'stopping')
  return finish(running, options, context)
}

/** Says who else can use a proxy that listens beyond this machine. */
export const openness = (host: string): string[] =>
  isLoopback(host)
    ? []
    : [`Listening on ${host}: everybody who reaches this machine can use the proxy. The page still asks for its token.`]

/** Tells once a second, while it grows, what the recorder could not keep. */
const watchLosses = (running: Running, log: Log): NodeJS.Timeout => {
  let told = 0
  return setInterval(() => {
    const stats = running.stats()
    log.debug(stats, 'traffic')
    if (stats.lostBytes === told) return
    told = stats.lostBytes
    log.warn(
      { lostChunks: stats.lostChunks, lostBytes: stats.lostBytes },
      'not all traffic could be recorded; it went on',
    )
  }, 1000).unref()
}

const finish = async (
  running: Running,
  { quiet, ownDb, leave, say }: Stay,
  { output, command, env }: Context,
): Promise<number> => {
  const close = async (): Promise<true> => {
    await leave?.()
    await running.close()
    return true
  }
  let late: NodeJS.Timeout | undefined
  const inTime = await Promise.race([
    close(),
    new Promise<false>((resolve) => {
      late = setTimeout(() => resolve(false), CLOSE_MS)
    }),
  ])
  clearTimeout(late)
  if (!inTime) {
    output.note(`Closing took more than ${CLOSE_MS} ms; the last moments may be missing from the capture.`)
    return EXIT.bug
  }
  if (!quiet) {
    const stats = running.stats()
    const db = ownDb && running.db !== null ? ` --db ${quoted(tilde(running.db, env['HOME']))}` : ''
    const recorded =
      running.db === null ? '' : `, ${bytesText(stats.recordedBytes)} recorded. Look back: ${command} ls${db}`
    say(`Stopped. ${countText(stats.connections, 'connection')}${recorded}`)
  }
  return EXIT.ok
}
