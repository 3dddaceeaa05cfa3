import type { Forward } from '../../proxy.ts'
import type { Context, Verb } from '../context.ts'
import { addForwardFlags, gatherForward, type ForwardFlags } from '../forward-flags.ts'
import { quoted, tilde } from '../invocation.ts'
import { captureEntries, labelled, pageUrl } from '../start-text.ts'
import { openness, stay } from '../stay.ts'

/** `mitmcp forward`: a proxy for clients that are told to use one. */
export const forward: Verb = {
  name: 'forward',
  offers: [{ have: 'a client with a proxy setting', type: 'forward' }],
  define(program, context, finish) {
    const command = program
      .command('forward')
      .description(
        'a proxy for clients that are told to use one, by setting or variable; opens TLS of those that trust it',
      )
    addForwardFlags(command).action(async (flags: ForwardFlags) => finish(await serveForward(flags, context)))
  },
}

/** Runs until a signal. Throws as `gatherForward` and `createForward`. */
const serveForward = async (flags: ForwardFlags, context: Context): Promise<number> => {
  const { output } = context
  const { settings, options, remarks } = await gatherForward(flags, context.env)
  const ownDb = settings.db !== undefined && settings.db !== context.env['MITMCP_DB']
  const quiet = flags.quiet === true
  const json = flags.json === true
  const stopping = context.stopping()
  const told = new Set<string>()
  const proxy = await context.createForward({
    ...options,
    onDistrust: (host, reason) => {
      if (told.has(host)) return
      told.add(host)
      output.note(distrustText(host, reason, context.command))
    },
  })
  if (json) {
    const { url, ui, token, db, authority } = proxy
    output.json({ proxy: url, ui, token, db, ca: authority.file, pid: process.pid })
  }
  const say = json ? output.note : output.line
  if (!quiet) {
    for (const remark of [...remarks, ...forwardOpenness(proxy.host, options.allowRemote === true)]) say(remark)
    if (!json) for (const line of startText(proxy, ownDb, context)) say(line)
  }
  return stay(proxy, { stopping, logLevel: settings.logLevel, quiet, ownDb, facts: { proxy: proxy.url }, say }, context)
}

/** What to do about a client that does not accept our certificates. */
export const distrustText = (host: string, reason: string, command: string): string =>
  `A client would not speak TLS with us as ${host}: ${reason}. It probably does not trust the local authority: \`${command} ca\` explains how to change that; --tunnel ${host} leaves its TLS closed.`

/** Listening widely is harmless as long as only this machine is served. */
const forwardOpenness = (host: string, allowRemote: boolean): string[] =>
  allowRemote
    ? [
        ...openness(host),
        'Clients of other machines are served: whoever reaches this port can reach what this machine reaches.',
      ]
    : []

const startText = (proxy: Forward, ownDb: boolean, { output, version, command, env }: Context): string[] => {
  const db = proxy.db === null ? undefined : tilde(proxy.db, env['HOME'])
  const page =
    proxy.ui === null ? [] : [['Open in a browser', output.paint('link', pageUrl(proxy.ui, proxy.token))] as const]
  const ca = quoted(tilde(proxy.authority.file, env['HOME']))
  return [
    `${output.paint('strong', 'mitmcp')} ${version} forwards for clients that use it as their proxy`,
    '',
    ...labelled(
      [
        ...page,
        ['Proxy for http and https', output.paint('strong', proxy.url)],
        ['in a shell type', `export HTTP_PROXY=${proxy.url} HTTPS_PROXY=${proxy.url} NO_PROXY=`],
        ['Clients have to trust', `${ca}   (${command} ca explains how)`],
        ['All that for one command', `${command} run -- your-client`],
        ...captureEntries(db, command, ownDb),
      ],
      output,
    ),
    '',
    proxy.db === null ? '  Ctrl-C stops it. Nothing is recorded.' : '  Ctrl-C stops it. What was recorded stays.',
  ]
}
