import { nearest } from '../../errors/nearest.ts'
import { ProxyError } from '../../errors.ts'
import type { Context, Verb } from '../context.ts'
import { addProxyFlags, addServersFlags, type ProxyFlags } from '../proxy-flags.ts'
import { gatherSettings } from '../proxy-settings.ts'
import { serve } from '../serve.ts'

/** `mitmcp <url>`: the proxy in front of one server. The command that runs when no other is named. */
export const proxyVerb: Verb = {
  name: 'proxy',
  offers: [
    { have: 'an MCP server with a URL', type: 'http://localhost:3000/mcp' },
    { have: 'several servers in a file', type: '--config mcp.json' },
  ],
  define(program, context, finish) {
    program.usage('<url> [flags]   or   mitmcp <command>')
    const command = program
      .command('proxy', { isDefault: true })
      .description('put the proxy in front of a server; the word "proxy" may be left out')
      .argument('[url]', 'address of the MCP server, for example http://localhost:3000/mcp')
    addServersFlags(addProxyFlags(command)).action(async (url: string | undefined, flags: ProxyFlags) => {
      finish(
        await serveTarget(
          url,
          flags,
          context,
          program.commands.map((other) => other.name()),
        ),
      )
    })
  },
}

/** Runs the proxy for a URL from the command line, or the configuration's. Throws `TARGET_INVALID`, `OPTION_INVALID`, `CONFIG_INVALID`. */
export const serveTarget = async (
  url: string | undefined,
  flags: ProxyFlags,
  context: Context,
  verbs: readonly string[],
): Promise<number> => {
  if (url !== undefined && /^[a-z][a-z-]*$/i.test(url) && url !== 'localhost') throw unknownVerb(url, verbs, context)
  const { settings, remarks } = await gatherSettings(flags, context.env)
  const ownDb = settings.db !== undefined && settings.db !== context.env['MITMCP_DB']
  const how = { remarks, json: flags.json === true, quiet: flags.quiet === true, ownDb }
  const { servers } = settings
  if (url === undefined && servers !== undefined) {
    const { serveServers } = await import('../serve-servers.ts')
    return serveServers({ settings: { ...settings, servers }, ...how }, context)
  }
  const target = url ?? settings.target
  if (target === undefined) {
    throw new ProxyError('TARGET_INVALID', 'There is no server to stand in front of.', {
      hint: `Give its address: ${context.command} http://localhost:3000/mcp`,
    })
  }
  return serve({ settings: { ...settings, target }, ...how }, context)
}

const unknownVerb = (word: string, verbs: readonly string[], { command }: Context): ProxyError => {
  const close = nearest(word, verbs)
  return new ProxyError('OPTION_INVALID', `There is no command "${word}", and it is no URL.`, {
    hint: close === undefined ? `\`${command}\` alone lists what there is.` : `Did you mean ${command} ${close} ?`,
  })
}
