import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ProxyError } from '../../errors.ts'
import type { Forward } from '../../proxy.ts'
import { clientEnvironment, proxyBefore, trustedBefore, type ClientTrust } from '../client-environment.ts'
import { runClient, type ClientEnd } from '../client-process.ts'
import type { Context, Verb } from '../context.ts'
import { addForwardFlags, gatherForward, type ForwardFlags } from '../forward-flags.ts'
import { tilde } from '../invocation.ts'
import { pageUrl } from '../start-text.ts'
import { distrustText } from './forward.ts'

/** `mitmcp run -- command…`: one client behind the proxy. */
export const run: Verb = {
  name: 'run',
  offers: [{ have: 'a client that a command starts', type: 'run -- your-client' }],
  define(program, context, finish) {
    const command = program
      .command('run')
      .description('run one client behind the proxy: a command, with the variables that send it there; ends as it ends')
      .usage('[flags] -- <command> [args...]')
      .argument('[command...]', 'the client')
    addForwardFlags(command).action(async (words: readonly string[], flags: ForwardFlags) =>
      finish(await runBehindProxy(words, flags, context)),
    )
  },
}

/** Module for Nodes that do not read proxy variables; CommonJS, as every Node takes that before anything else. */
const PRELOAD = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? '../../../dist/cli/client-preload.cjs' : '../client-preload.cjs',
    import.meta.url,
  ),
)

/** Throws `OPTION_INVALID`, and as `createForward`. */
const runBehindProxy = async (words: readonly string[], flags: ForwardFlags, context: Context): Promise<number> => {
  const { env, output } = context
  if (words.length === 0) {
    throw new ProxyError('OPTION_INVALID', 'There is no command behind "--".', {
      hint: `Give the command that starts the client: ${context.command} run -- node client.js`,
    })
  }
  const { options, remarks } = await gatherForward({ port: 0, ...flags }, clientsOwn(env))
  const before = options.upstreamProxy === undefined ? proxyBefore(env) : undefined
  const said = new Set<string>()
  const proxy = await context.createForward({
    role: 'run',
    ...options,
    ...(before === undefined
      ? {}
      : { upstreamProxy: before, noProxy: `${env['NO_PROXY'] ?? env['no_proxy'] ?? ''} ${LOCAL}` }),
    onDistrust: (host, reason) => {
      if (said.has(host)) return
      said.add(host)
      output.note(`mitmcp: ${distrustText(host, reason, context.command)}`)
    },
  })
  if (flags.quiet !== true) for (const line of [...remarks, ...startText(proxy, before, context)]) output.note(line)
  const trust = trustFiles(proxy, env)
  try {
    // signals are the client's from here on
    const end = await runClient(words, clientEnvironment(env, proxy.url, trust.files, PRELOAD))
    const { connections } = proxy.stats()
    await proxy.close()
    return leave(end, connections, words, flags.quiet === true, context)
  } finally {
    trust.remove()
  }
}

/** A company's proxy has no business with what is on this machine. */
const LOCAL = 'localhost 127.0.0.0/8 ::1'

/** The guide's `MCP_*` names are the client's, not ours. */
const clientsOwn = (env: Context['env']): Context['env'] =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('MCP_')))

const startText = (proxy: Forward, before: string | undefined, { env }: Context): string[] => {
  const page = proxy.ui === null ? '' : `, shown at ${pageUrl(proxy.ui, proxy.token)}`
  const db = proxy.db === null ? 'not recorded' : `recorded in ${tilde(proxy.db, env['HOME'])}`
  const on = before === undefined ? [] : [`mitmcp: servers are reached through the proxy of your environment.`]
  return [`mitmcp: the client’s traffic goes through ${proxy.url}, ${db}${page}`, ...on]
}

/** Files for this run: what the client trusted before, and us. */
const trustFiles = (proxy: Forward, env: Context['env']): { files: ClientTrust; remove(): void } => {
  const folder = mkdtempSync(join(tmpdir(), 'mitmcp-run-'))
  const { extra, whole } = trustedBefore(env)
  const files = { extra: join(folder, 'extra.pem'), bundle: join(folder, 'bundle.pem') }
  writeFileSync(files.extra, `${readFileSync(proxy.authority.file, 'utf8')}\n${extra}`)
  writeFileSync(files.bundle, `${readFileSync(proxy.authority.bundle, 'utf8')}\n${extra}\n${whole}`)
  return { files, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

const leave = (
  end: ClientEnd,
  connections: number,
  words: readonly string[],
  quiet: boolean,
  context: Context,
): number => {
  const { output, command } = context
  if (end.kind === 'failed') {
    const missing = end.code === 'ENOENT'
    output.note(
      missing
        ? `error There is no command "${words[0]}". [COMMAND_NOT_FOUND]`
        : `error "${words[0]}" cannot be started: ${end.message}. [COMMAND_NOT_EXECUTABLE]`,
    )
    output.note(missing ? ' hint Is it installed, and in the PATH?' : ' hint Is it executable?')
    return missing ? 127 : 126
  }
  if (connections === 0) {
    output.note(
      'mitmcp: no traffic seen. The client made no HTTP request, or does not look at HTTP_PROXY and HTTPS_PROXY (Go programs never do for servers on this machine).',
    )
    output.note(`mitmcp: point it at a proxy of its own instead: ${command} <URL of the server>`)
  } else if (!quiet) output.note(`mitmcp: ${connections} connections recorded. Look back: ${command} ls`)
  if (end.signal !== null) context.raise(end.signal)
  return end.code
}
