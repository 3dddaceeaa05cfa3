import type { Verb } from '../context.ts'
import { addProxyFlags, addServersFlags, type ProxyFlags } from '../proxy-flags.ts'
import { serveDemo } from './demo.ts'
import { serveTarget } from './proxy.ts'

/** `npm start [-- <url>]`: the demo, or the proxy when a URL is given. Hidden: people who installed it type the URL alone. */
export const start: Verb = {
  name: 'start',
  offers: [],
  define(program, context, finish) {
    const command = program
      .command('start', { hidden: true })
      .description('what npm start runs: the demo, or the proxy when a URL is given')
      .argument('[url]', 'address of the MCP server')
    addServersFlags(addProxyFlags(command)).action(async (url: string | undefined, flags: ProxyFlags) => {
      const given = url !== undefined || flags.config !== undefined
      finish(
        await (given
          ? serveTarget(
              url,
              flags,
              context,
              program.commands.map((other) => other.name()),
            )
          : serveDemo(flags, context)),
      )
    })
  },
}
