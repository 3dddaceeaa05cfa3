import type { Settings } from '../config/settings.ts'
import { isLoopback } from '../config/target.ts'
import type { Proxy } from '../proxy.ts'
import { EXIT, type Context } from './context.ts'
import { quoted, tilde } from './invocation.ts'
import { openLog, type Log } from './log.ts'
import { probeTarget, unreachableText } from './probe-target.ts'
import { proxyOptions } from './proxy-settings.ts'
import { serverNameFor, startText } from './start-text.ts'
import { aborted } from './stop-signal.ts'
import { bytesText, countText } from './units.ts'

/** A proxy to be run until a signal comes. */
export interface Serving {
  readonly settings: Settings & { target: string }
  /** Said at start, before anything else. */
  readonly remarks: readonly string[]
  readonly json: boolean
  readonly quiet: boolean
  /** The capture was named by flag or file: hints must name it too. */
  readonly ownDb: boolean
  /** The demo stands behind it; called once the proxy listens. */
  readonly demo?: (proxy: Proxy) => void
  /** Done before the proxy closes: the demo's client says goodbye through it. */
  readonly leave?: () => Promise<void>
}

/** How long closing may take before we end anyway: two seconds are promised from signal to exit. */
const CLOSE_MS = 1800

/** Starts the proxy, says so, stays until a signal, closes. Gives the exit code. */
export const serve = async (serving: Serving, context: Context): Promise<number> => {
  const { output } = context
  const { settings, json, quiet } = serving
  const stopping = context.stopping()
  const options = proxyOptions(settings)
  if (serving.demo) options.role = 'demo'
  const proxy = await context.createProxy(options)

  if (json) {
    output.json({ proxy: proxy.url, ui: proxy.ui, token: proxy.token, db: proxy.db, pid: process.pid })
  }
  const say = json ? output.note : output.line
  if (!quiet) {
    for (const remark of [...serving.remarks, ...openness(proxy.host)]) say(remark)
    if (!json) for (const line of startText(factsOf(serving, proxy, context), output)) say(line)
  }
  serving.demo?.(proxy)
  const log = await openLog(settings.logLevel, output)
  log.info({ proxy: proxy.url, target: proxy.target, ui: proxy.ui, db: proxy.db }, 'listening')
  if (!serving.demo) {
    void probeTarget(proxy.target).then((code) => {
      if (code !== undefined && !stopping.aborted) output.note(unreachableText(proxy.target, code))
    })
  }
  const watch = watchLosses(proxy, log)
  await aborted(stopping)
  clearInterval(watch)
  log.info({ signal: String(stopping.reason) }, 'stopping')
  return finish(proxy, { ...serving, say }, context)
}

/** Says who else can use a proxy that listens beyond this machine. */
const openness = (host: string): string[] =>
  isLoopback(host)
    ? []
    : [`Listening on ${host}: everybody who reaches this machine can use the proxy. The page still asks for its token.`]

const factsOf = ({ settings, ownDb, demo }: Serving, proxy: Proxy, { version, command, env }: Context) => ({
  proxy,
  version,
  command,
  home: env['HOME'],
  ownDb,
  serverName: demo ? 'demo' : serverNameFor(settings.name, settings.target),
  demo: demo !== undefined,
})

/** Tells once a second, while it grows, what the recorder could not keep. */
const watchLosses = (proxy: Proxy, log: Log): NodeJS.Timeout => {
  let told = 0
  return setInterval(() => {
    const stats = proxy.stats()
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
  proxy: Proxy,
  { quiet, ownDb, leave, say }: Serving & { say: (text: string) => void },
  { output, command, env }: Context,
): Promise<number> => {
  const close = async (): Promise<true> => {
    await leave?.()
    await proxy.close()
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
    const stats = proxy.stats()
    const db = ownDb && proxy.db !== null ? ` --db ${quoted(tilde(proxy.db, env['HOME']))}` : ''
    const recorded =
      proxy.db === null ? '' : `, ${bytesText(stats.recordedBytes)} recorded. Look back: ${command} ls${db}`
    say(`Stopped. ${countText(stats.connections, 'connection')}${recorded}`)
  }
  return EXIT.ok
}
