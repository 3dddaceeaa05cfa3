import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CLIENTS, clientPlaces, isClient, type ClientName, type Machine } from '../config/client-places.ts'
import { nearest } from '../errors/nearest.ts'
import { ProxyError } from '../errors.ts'
import type { Context } from './context.ts'
import { quoted, tilde } from './invocation.ts'

/** The machine as this process sees it. */
export const machineOf = ({ env }: Pick<Context, 'env'>): Machine => ({
  env,
  platform: process.platform,
  cwd: process.cwd(),
})

/** Files that are meant by a client's name, or the file itself. Throws `OPTION_INVALID`, `CONFIG_INVALID`. */
export const filesMeant = (word: string, context: Context): { client: ClientName | undefined; files: string[] } => {
  if (!isClient(word)) {
    if (existsSync(word)) return { client: undefined, files: [word] }
    const looksLikeFile = /[./\\]/.test(word)
    const close = looksLikeFile ? undefined : nearest(word, Object.keys(CLIENTS))
    throw looksLikeFile
      ? new ProxyError('CONFIG_INVALID', `${word} cannot be read: there is no such file.`, {
          hint: `\`${context.command} wrap --list\` shows the files there are.`,
        })
      : new ProxyError('OPTION_INVALID', `${word} is neither a client that is known nor a file.`, {
          hint: close === undefined ? `Known are ${Object.keys(CLIENTS).join(', ')}.` : `Did you mean ${close} ?`,
        })
  }
  const places = clientPlaces(machineOf(context)).filter(({ client }) => client === word)
  const files = places.map(({ file }) => file).filter((file) => existsSync(file))
  if (files.length > 0) return { client: word, files }
  const looked = places.map(({ file }) => tilde(file, context.env['HOME'])).join(', ')
  throw new ProxyError('CONFIG_INVALID', `${CLIENTS[word]} has no list of servers here.`, {
    hint: `Looked for ${looked}. If it is elsewhere, name the file.`,
  })
}

const MAIN = fileURLToPath(new URL('main.js', import.meta.url))

/**
 * How a client is to start this program: through npx where it was called so, else with this very node and script, because clients
 * with a window often have another `PATH` than a terminal.
 */
export const programFor = ({ env }: Pick<Context, 'env'>, main = MAIN, node = process.execPath): string[] =>
  env['npm_command'] === 'exec' && /[/\\]_npx[/\\]/.test(main) ? ['npx', '-y', 'mitmcp'] : [node, main]

/** The same as one types it: a client starts it from a folder of its own, so nothing in it may count from this one. */
export const programLine = (context: Pick<Context, 'env' | 'command'>): string =>
  context.command === 'mitmcp' ? context.command : programFor(context).map(quoted).join(' ')
