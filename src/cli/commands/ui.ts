import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { readEnvironment } from '../../config/environment.ts'
import { parsePort } from '../../config/values.ts'
import { ProxyError } from '../../errors.ts'
import type { Presence } from '../../store/presence.ts'
import { InvalidArgumentError } from 'commander'
import { capturePath } from '../capture.ts'
import { EXIT, type Context, type Verb } from '../context.ts'
import { tilde } from '../invocation.ts'
import { pageUrl } from '../start-text.ts'
import { aborted } from '../stop-signal.ts'

interface UiFlags {
  db?: string
  json?: true
  host?: string
  port?: number
  tokenEnv?: string
}

const port = (text: string): number => {
  const value = parsePort(text)
  if (value === undefined)
    throw new InvalidArgumentError('A port is a whole number from 0 to 65535; 0 takes any free one.')
  return value
}

/** `mitmcp ui`: the page on a capture, without a proxy. */
export const ui: Verb = {
  name: 'ui',
  offers: [{ have: 'a capture, and want to see it in a browser', type: 'ui [--db file]' }],
  define(program, context, finish) {
    program
      .command('ui')
      .description('open a capture in the browser, without a proxy')
      .option('--db <file>', 'capture file (default: the one in your data folder)')
      .option('--port <port>', 'port of the page; 0 any (default: 6273, or the next free one)', port)
      .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
      .option('--token-env <variable>', 'take the token from this variable instead of a fresh one')
      .option('--json', 'one line of JSON on stdout when ready')
      .action(async (flags: UiFlags) => finish(await openPage(flags, context)))
  },
}

/** The built page, seen from `dist/cli/commands`. */
const UI_FOLDER = fileURLToPath(new URL('../../ui', import.meta.url))

const openPage = async (flags: UiFlags, context: Context): Promise<number> => {
  const { output, env, version } = context
  const stopping = context.stopping()
  const { path } = await capturePath(flags, context)
  const token = flags.tokenEnv === undefined ? randomBytes(24).toString('base64url') : env[flags.tokenEnv]
  if (token === undefined || token === '') {
    throw new ProxyError('OPTION_INVALID', `--token-env asks for the variable ${flags.tokenEnv}, which is not set.`, {
      hint: `Set it first: export ${flags.tokenEnv}=…`,
    })
  }
  const host = flags.host ?? '127.0.0.1'
  const wanted = flags.port ?? readEnvironment(env).settings.uiPort
  const { startDesk } = await import('../../api/desk.ts')
  const desk = await startDesk({
    db: path,
    host,
    ...(wanted === undefined ? {} : { port: wanted }),
    token,
    uiFolder: UI_FOLDER,
    version,
    proxyUrl: null,
    target: null,
  })
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${desk.port}/`
  const presence = await announce(path, url, desk.port, context)
  if (flags.json) output.json({ ui: url, token, db: path, pid: process.pid })
  else {
    output.line(`Open in a browser: ${output.paint('link', pageUrl(url, token))}`)
    output.line(`It shows ${tilde(path, env['HOME'])}, and what is recorded into it from now on. Ctrl-C stops it.`)
  }
  await aborted(stopping)
  presence?.end()
  await desk.close()
  return EXIT.ok
}

/** So that every proxy on this capture knows the page as ours. A capture that cannot be written is shown all the same. */
const announce = async (
  path: string,
  url: string,
  uiPort: number,
  { output }: Context,
): Promise<Presence | undefined> => {
  const { announcePresence } = await import('../../store/presence.ts')
  try {
    return announcePresence(path, { role: 'ui', name: '', url, target: null, uiPort })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    output.note(`Proxies that record into this capture do not know of this page: it cannot be written (${reason}).`)
    return undefined
  }
}
