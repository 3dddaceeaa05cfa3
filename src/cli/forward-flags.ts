import type { Command } from 'commander'
import { ProxyError } from '../errors.ts'
import type { ForwardSettings } from '../proxy.ts'
import { addProxyFlags, type ProxyFlags } from './proxy-flags.ts'
import { forwardOptions, gatherSettings } from './proxy-settings.ts'
import type { Settings } from '../config/settings.ts'

/** Flags of the live path, and those of forward mode. */
export interface ForwardFlags extends ProxyFlags {
  tunnel?: readonly string[]
  allowRemote?: true
}

/** Forward mode edits nothing, and its clients say themselves where they want to go. */
const NOT_HERE: Readonly<Record<string, string>> = {
  '--no-rewrite': 'rewrite',
  '--public-url': 'publicUrl',
}

/** Gives a command the flags of forward mode. */
export const addForwardFlags = (command: Command): Command => {
  addProxyFlags(command)
  for (const option of command.options) if (option.long !== undefined && option.long in NOT_HERE) option.hideHelp()
  return command
    .option(
      '--tunnel <host>',
      'leave the TLS of this host, and of those below it, closed; repeatable',
      (host: string, before: readonly string[] | undefined) => [...(before ?? []), host],
    )
    .option('--allow-remote', 'serve clients of other machines too')
}

export interface GatheredForward {
  readonly settings: Settings
  readonly options: ForwardSettings
  readonly remarks: readonly string[]
}

/** What flags, environment and file say. Throws `OPTION_INVALID` and `CONFIG_INVALID`. */
export const gatherForward = async (
  flags: ForwardFlags,
  env: Readonly<Record<string, string | undefined>>,
): Promise<GatheredForward> => {
  for (const [flag, key] of Object.entries(NOT_HERE)) {
    const value = flags[key as keyof ForwardFlags]
    if (value === undefined || (key === 'rewrite' && value === true)) continue
    throw new ProxyError('OPTION_INVALID', `${flag} has no meaning in forward mode.`, { hint: 'Leave it out.' })
  }
  const { settings, remarks } = await gatherSettings(flags, env)
  const options: ForwardSettings = { ...forwardOptions(settings) }
  if (flags.tunnel !== undefined) options.tunnel = flags.tunnel
  if (flags.allowRemote === true) options.allowRemote = true
  return { settings, options, remarks }
}
