import { Command, CommanderError } from 'commander'
import { ProxyError } from '../errors.ts'
import { offersText } from './commands/offers.ts'
import { verbs } from './commands/index.ts'
import { EXIT, type Context } from './context.ts'
import { reportFailure } from './failure.ts'
import { asOperand } from './filter.ts'

/** Verbs with a filter among their words. */
const FILTERED: ReadonlySet<string> = new Set(['ls', 'tail', 'show'])

/** Runs one command line (without node and script) and gives the exit code. Never throws. */
export const run = async (args: readonly string[], context: Context): Promise<number> => {
  const { output } = context
  try {
    if (args.length === 0) {
      for (const line of offersText(verbs, context)) output.line(line)
      return EXIT.ok
    }
    let code: number = EXIT.ok
    const program = buildProgram(context, (exitCode) => {
      code = exitCode
    })
    await program.parseAsync(FILTERED.has(args[0] ?? '') ? args.map(asOperand) : args, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok
    const told = error instanceof CommanderError ? asUsageError(error, context) : error
    return reportFailure(told, output, context.command, wantsJson(args))
  }
}

/** The whole command line, not yet parsed. Nothing prints but through the context's output, nothing exits the process. */
const buildProgram = (context: Context, finish: (code: number) => void): Command => {
  const { output } = context
  const program = new Command('mitmcp')
    .description('A transparent debugging proxy for MCP. Records every frame, shows it, keeps it.')
    .version(context.version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.line(text.trimEnd()),
      writeErr: () => undefined,
      getOutHelpWidth: () => Math.min(output.width, 120),
      getOutHasColors: () => output.terminal,
    })
    .configureHelp({ showGlobalOptions: false, sortSubcommands: false })
    // options of faults are flags of `fault add`: one of them is called version
    .enablePositionalOptions()
  for (const verb of verbs) verb.define(program, context, finish)
  return program
}

const wantsJson = (args: readonly string[]): boolean => args.includes('--json')

/** Commander's complaints in our words; it has already looked for the nearest flag. */
const asUsageError = (error: CommanderError, { command }: Context): ProxyError => {
  const [first = '', ...more] = error.message.replace(/^error: /, '').split('\n')
  const suggestion = /\(Did you mean (.+)\?\)/.exec(more.join(' '))?.[1]
  const message = `${first.charAt(0).toUpperCase()}${first.slice(1).replace(/\.$/, '')}.`
  const hint = suggestion === undefined ? `\`${command} --help\` lists what there is.` : `Did you mean ${suggestion} ?`
  return new ProxyError('OPTION_INVALID', message, { hint, cause: error })
}
