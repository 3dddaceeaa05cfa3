import { readEnvironment } from '../config/environment.ts'
import { mergeSettings, type Settings } from '../config/settings.ts'
import { parseTarget } from '../config/target.ts'
import { ProxyError } from '../errors.ts'
import type { ProxyOptions } from '../proxy.ts'
import { settingsOf, type ProxyFlags } from './proxy-flags.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Settings from everywhere, and what has to be said about where they came from. */
export interface Gathered {
  readonly settings: Settings
  readonly remarks: readonly string[]
}

/** Flags over environment over file. Throws `OPTION_INVALID` or `CONFIG_INVALID`, each with all problems of its kind. */
export const gatherSettings = async (flags: ProxyFlags, env: Env): Promise<Gathered> => {
  const environment = readEnvironment(env)
  if (environment.problems.length > 0) {
    throw new ProxyError('OPTION_INVALID', environment.problems.join(' '), {
      hint: 'Mend or unset it; a flag of the same meaning does not replace a wrong variable.',
    })
  }
  const fromFlags = settingsOf(flags, env)
  const fromFile = flags.config === undefined ? {} : (await import('../config/load.ts')).loadConfig(flags.config, env)
  return {
    settings: mergeSettings(fromFile, environment.settings, fromFlags),
    remarks: [
      ...environment.borrowed.map((name) => `Using ${name} from the environment, because MIT${name} is not set.`),
      ...environment.foreign.map(
        (name) => `${name} is set; it is a setting of servers, not one of this proxy, and has no effect here.`,
      ),
    ],
  }
}

/** Settings to options of `createProxy`. Throws `TARGET_INVALID`. */
export const proxyOptions = (settings: Settings & { target: string }): ProxyOptions => {
  parseTarget(settings.target)
  const options: ProxyOptions = { target: settings.target }
  for (const key of SAME) {
    const value = settings[key]
    if (value !== undefined) Object.assign(options, { [key]: value })
  }
  const redact = {
    ...(settings.redact === undefined ? {} : { enabled: settings.redact }),
    ...(settings.redactKeys ? { keys: settings.redactKeys } : {}),
    ...(settings.redactPaths ? { paths: settings.redactPaths } : {}),
    ...(settings.redactValues ? { values: settings.redactValues } : {}),
    ...(settings.redactKeyFile === undefined ? {} : { keyFile: settings.redactKeyFile }),
  }
  if (Object.keys(redact).length > 0) options.redact = redact
  if (settings.ui === false) options.ui = false
  else {
    options.ui = {
      ...(settings.uiPort === undefined ? {} : { port: settings.uiPort }),
      ...(settings.token === undefined ? {} : { token: settings.token }),
    }
  }
  return options
}

const SAME = [
  'name',
  'host',
  'port',
  'db',
  'record',
  'insecure',
  'rewrite',
  'onOverload',
  'onUnreachable',
  'headers',
] as const satisfies readonly (keyof Settings & keyof ProxyOptions)[]
