import type { Settings } from '../config/settings.ts'
import type { Proxy } from '../proxy.ts'
import type { Context } from './context.ts'
import { probeTarget, unreachableText } from './probe-target.ts'
import { proxyOptions } from './proxy-settings.ts'
import { serverNameFor, startText } from './start-text.ts'
import { openness, stay } from './stay.ts'

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

/** Starts the proxy, says so, stays until a signal, closes. Gives the exit code. */
export const serve = async (serving: Serving, context: Context): Promise<number> => {
  const { output } = context
  const { settings, json, quiet, ownDb, leave } = serving
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
  if (!serving.demo) {
    void probeTarget(proxy.target).then((code) => {
      if (code !== undefined && !stopping.aborted) output.note(unreachableText(proxy.target, code))
    })
  }
  const facts = { proxy: proxy.url, target: proxy.target }
  return stay(proxy, { stopping, logLevel: settings.logLevel, quiet, ownDb, facts, say, leave }, context)
}

const factsOf = ({ settings, ownDb, demo }: Serving, proxy: Proxy, { version, command, env }: Context) => ({
  proxy,
  version,
  command,
  home: env['HOME'],
  ownDb,
  serverName: demo ? 'demo' : serverNameFor(settings.name, settings.target),
  demo: demo !== undefined,
})
