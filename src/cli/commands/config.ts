import { existsSync } from 'node:fs'
import type { Settings } from '../../config/settings.ts'
import { ProxyError } from '../../errors.ts'
import { EXIT, type Context, type Verb } from '../context.ts'
import { tableLines } from '../table.ts'

/** Looked for when no file is named. */
const USUAL = ['mitmcp.yaml', 'mitmcp.yml', 'mitmcp.json'] as const

/** `mitmcp config check [file]`: everything wrong with a configuration file, at once. */
export const configVerb: Verb = {
  name: 'config',
  offers: [{ have: 'a settings file you are not sure of', type: 'config check mitmcp.yaml' }],
  define(program, context, finish) {
    program
      .command('config')
      .description('settings files')
      .command('check')
      .description('tell everything that is wrong with a settings file, with line and key')
      .argument('[file]', `the file (default: ${USUAL.join(', ')} in this folder)`)
      .option('--json', 'one line of JSON with what it sets; problems as JSON on stderr')
      .action(async (file: string | undefined, flags: { json?: true }) => finish(await check(file, flags, context)))
  },
}

const check = async (file: string | undefined, flags: { json?: true }, context: Context): Promise<number> => {
  const { output, env, command } = context
  const named = file ?? USUAL.find((name) => existsSync(name))
  if (named === undefined) {
    throw new ProxyError('CONFIG_INVALID', `There is no ${USUAL[0]} in this folder.`, {
      hint: `Name the file: ${command} config check <file>`,
    })
  }
  const { loadConfig } = await import('../../config/load.ts')
  const { settings, remarks } = loadConfig(named, env)
  if (flags.json) output.json(shown(settings))
  else {
    for (const remark of remarks) output.line(remark)
    const usable = settings.target !== undefined || settings.servers !== undefined
    output.line(`${named} is fine.${usable ? ` Use it: ${command} --config ${named}` : ''}`)
    for (const line of await listing(settings, context)) output.line(line)
  }
  return EXIT.ok
}

/** What is set, but for secrets. */
const shown = ({ token, headers, servers, ...rest }: Settings): object => ({
  ...rest,
  ...(token === undefined ? {} : { token: '(set)' }),
  ...(headers === undefined ? {} : { headers: headers.map(([name]) => name) }),
  ...(servers === undefined
    ? {}
    : {
        servers: servers.map((server) => ({
          ...server,
          ...(server.headers === undefined ? {} : { headers: server.headers.map(([name]) => name) }),
        })),
      }),
})

/** The servers of a file with several. */
const listing = async ({ servers = [], db }: Settings, context: Context): Promise<string[]> => {
  const { stdioText } = await import('../serve-servers.ts')
  const { programLine } = await import('../client-files.ts')
  const { output } = context
  const rows = servers.flatMap(({ name, target, port }) =>
    target === undefined ? [] : [[name, target, port === undefined ? 'next free' : String(port)]],
  )
  return [
    ...(rows.length === 0
      ? []
      : ['', ...tableLines(['Server', 'At', 'Port'], rows, output).map((line) => `  ${line}`)]),
    ...stdioText(
      servers.filter((server) => server.command !== undefined),
      programLine(context),
      db,
      output,
    ),
  ]
}
