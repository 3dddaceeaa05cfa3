import { ProxyError } from '../../errors.ts'
import type { Verb } from '../context.ts'
import { WRAP_FLAGS } from '../wrapped-command.ts'

/** `mitmcp stdio -- command…`, for the help: with `--` in it a command line goes to `wrapProcess` before this is even loaded. */
export const stdio: Verb = {
  name: 'stdio',
  offers: [{ have: 'an MCP server that a command starts', type: '-- node server.js' }],
  define(program) {
    const command = program
      .command('stdio')
      .description(
        'start a server and record what it and its client say over stdin and stdout; put it before the command in the client’s configuration',
      )
      .usage('[flags] -- <command> [args...]')
      .argument('[command...]', 'what starts the server')
    for (const [name, value, text] of WRAP_FLAGS) command.option(`--${name} ${value}`.trim(), text)
    command.action(() => {
      throw new ProxyError('OPTION_INVALID', 'The command that starts the server has to stand behind "--".', {
        hint: 'Write it as mitmcp stdio -- node server.js',
      })
    })
  },
}
