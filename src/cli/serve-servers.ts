import { resolve } from 'node:path'
import type { ServerEntry, Settings } from '../config/settings.ts'
import { shellWord } from '../config/variables.ts'
import { nameFlag } from '../config/wrap-text.ts'
import { ProxyError } from '../errors.ts'
import type { Proxies } from '../proxy.ts'
import { programLine } from './client-files.ts'
import type { Context } from './context.ts'
import { tilde } from './invocation.ts'
import type { Output } from './output.ts'
import { probeTarget, unreachableText } from './probe-target.ts'
import { proxiesOptions } from './proxy-settings.ts'
import type { Serving } from './serve.ts'
import { captureEntries, labelled, pageUrl } from './start-text.ts'
import { openness, stay } from './stay.ts'
import { tableLines } from './table.ts'
import { countText } from './units.ts'

/** Proxies to be run until a signal comes: those of a file with several servers. */
export type ServingServers = Omit<Serving, 'settings' | 'demo' | 'leave'> & {
  readonly settings: Settings & { servers: readonly ServerEntry[] }
}

/** Starts all proxies, says so, stays until a signal, closes. Gives the exit code. Throws `OPTION_INVALID`, and as `createProxies`. */
export const serveServers = async (serving: ServingServers, context: Context): Promise<number> => {
  const { output } = context
  const { settings, json, quiet, ownDb } = serving
  const stopping = context.stopping()
  const options = proxiesOptions(settings)
  const stdio = settings.servers.filter(({ command }) => command !== undefined)
  if (options.servers.length === 0 && settings.ui === false) {
    throw new ProxyError('OPTION_INVALID', 'None of these servers has a URL, so there is nothing to listen for.', {
      hint: 'They are started by their clients: `mitmcp config check <file>` prints what to put in the place of their commands.',
    })
  }
  const proxies = await context.createProxies(options)

  const program = programLine(context)
  const commands = stdio.map((entry) => ({ name: entry.name, command: stdioLine(entry, program, settings.db) }))
  if (json) {
    output.json({
      servers: proxies.servers.map(({ name, url, target }) => ({ name, url, target })),
      stdio: commands,
      ui: proxies.ui,
      token: proxies.token,
      db: proxies.db,
      pid: process.pid,
    })
  }
  const say = json ? output.note : output.line
  if (!quiet) {
    const hosts = new Set(proxies.servers.map(({ host }) => host))
    for (const remark of [...serving.remarks, ...[...hosts].flatMap(openness)]) say(remark)
    if (!json) for (const line of serversText(proxies, stdio, serving, context)) say(line)
  }
  for (const { name, target } of proxies.servers) {
    void probeTarget(target).then((code) => {
      if (code !== undefined && !stopping.aborted) output.note(`${name}: ${unreachableText(target, code)}`)
    })
  }
  const facts = { servers: proxies.servers.map(({ name, url, target }) => ({ name, url, target })) }
  return stay(proxies, { stopping, logLevel: settings.logLevel, quiet, ownDb, facts, say }, context)
}

/** What a client is to start in the place of a server's command, as one types it. */
export const stdioLine = ({ name, command = [] }: ServerEntry, program: string, db?: string): string => {
  const capture = db === undefined ? '' : ` --db ${shellWord(resolve(db))}`
  return `${program} stdio ${nameFlag(name).map(shellWord).join(' ')}${capture} -- ${command.map(shellWord).join(' ')}`
}

const serversText = (
  proxies: Proxies,
  stdio: readonly ServerEntry[],
  { settings, ownDb }: ServingServers,
  { output, version, command, env }: Context,
): string[] => {
  const http = proxies.servers
  const page =
    proxies.ui === null
      ? []
      : [['Open in a browser', output.paint('link', pageUrl(proxies.ui, proxies.token))] as const]
  const db = proxies.db === null ? undefined : tilde(proxies.db, env['HOME'])
  const table = tableLines(
    ['Server', 'Point your client here', 'It is passed on to'],
    http.map(({ name, url, target }) => [name, { text: url, paint: (text) => output.paint('strong', text) }, target]),
    output,
  )
  return [
    `${output.paint('strong', 'mitmcp')} ${version} stands in front of ${countText(http.length, 'server')}`,
    '',
    ...labelled([...page, ...captureEntries(db, command, ownDb)], output),
    ...(http.length === 0 ? [] : ['', ...table.map((line) => `  ${line}`)]),
    ...stdioText(stdio, programLine({ env, command }), ownDb ? settings.db : undefined, output),
    '',
    proxies.db === null ? '  Ctrl-C stops it. Nothing is recorded.' : '  Ctrl-C stops it. What was recorded stays.',
  ]
}

/** Servers that clients start: what to put in the place of their commands. Empty where there are none. */
export const stdioText = (
  stdio: readonly ServerEntry[],
  program: string,
  db: string | undefined,
  output: Output,
): string[] => {
  if (stdio.length === 0) return []
  const rows = stdio.map((entry) => [entry.name, stdioLine(entry, program, db)])
  const needs = stdio.flatMap(({ name, variables = [], folder }) => [
    ...(variables.length === 0 ? [] : [`  ${name} needs in its environment, as before: ${variables.join(', ')}`]),
    ...(folder === undefined ? [] : [`  ${name} is started in ${folder}, as before`]),
  ])
  const table = tableLines(['Server', 'Started by its client: put this in the place of its command'], rows, output)
  return ['', ...table.map((line) => `  ${line}`), ...needs]
}
