import { existsSync } from 'node:fs'
import { ProxyError } from '../../errors.ts'
import { EXIT, type Context, type Verb } from '../context.ts'

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
  const settings = loadConfig(named, env)
  if (flags.json)
    output.json({
      ...settings,
      ...(settings.token === undefined ? {} : { token: '(set)' }),
      headers: settings.headers?.map(([name]) => name),
    })
  else output.line(`${named} is fine.${settings.target === undefined ? '' : ` Use it: ${command} --config ${named}`}`)
  return EXIT.ok
}
