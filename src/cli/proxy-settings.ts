import { readEnvironment } from '../config/environment.ts'
import { mergeSettings, type ServerEntry, type Settings } from '../config/settings.ts'
import { parseTarget } from '../config/target.ts'
import { ProxyError } from '../errors.ts'
import type { ForwardSettings, ProxiesOptions, ProxyOptions, StationOptions } from '../proxy.ts'
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
  const fromFile =
    flags.config === undefined
      ? { settings: {}, remarks: [] }
      : (await import('../config/load.ts')).loadConfig(flags.config, env)
  return {
    settings: mergeSettings(fromFile.settings, environment.settings, fromFlags),
    remarks: [
      ...fromFile.remarks,
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
  const { server } = settings
  return {
    target: settings.target,
    ...picked(settings, OF_SERVER),
    ...stationOptions(settings),
    ...(server === undefined ? {} : { server }),
  }
}

/**
 * Settings with several servers to options of `createProxies`: those that are reached at a URL. What was said of no server in
 * particular, by flag or environment, is said of each. Throws `OPTION_INVALID`.
 */
export const proxiesOptions = (settings: Settings & { servers: readonly ServerEntry[] }): ProxiesOptions => {
  const { servers, oneListener = false, port, publicUrl } = settings
  if (port !== undefined && !oneListener) {
    throw new ProxyError('OPTION_INVALID', 'One port was named for several servers.', {
      hint: 'Give each its port in the file, or put all behind one listener: --one-listener',
    })
  }
  if (publicUrl !== undefined && !oneListener) {
    throw new ProxyError('OPTION_INVALID', 'One public URL was named for several servers.', {
      hint: 'Give each its public-url in the file, or put all behind one listener: --one-listener',
    })
  }
  const every = picked(settings, OF_EVERY)
  return {
    ...stationOptions(settings),
    servers: servers.flatMap(({ name, target, ...own }) =>
      target === undefined ? [] : [{ ...picked(mergeSettings(own, every), OF_SERVER), name, target }],
    ),
    ...(oneListener ? { oneListener: picked(settings, ['host', 'port', 'publicUrl']) } : {}),
  }
}

/** Settings to those of `createForward`. */
export const forwardOptions = (settings: Settings): ForwardSettings => ({
  ...stationOptions(settings),
  ...picked(settings, ['host', 'port', ...OF_REACH, 'onUnreachable', 'headers']),
})

/** What is said of the process, not of a server. */
const stationOptions = (settings: Settings): StationOptions => {
  const redact = {
    ...(settings.redact === undefined ? {} : { enabled: settings.redact }),
    ...(settings.redactKeys ? { keys: settings.redactKeys } : {}),
    ...(settings.redactPaths ? { paths: settings.redactPaths } : {}),
    ...(settings.redactValues ? { values: settings.redactValues } : {}),
    ...(settings.redactKeyFile === undefined ? {} : { keyFile: settings.redactKeyFile }),
  }
  const ui = {
    ...(settings.uiPort === undefined ? {} : { port: settings.uiPort }),
    ...(settings.token === undefined ? {} : { token: settings.token }),
  }
  return {
    ...picked(settings, ['name', 'db', 'record', 'onOverload', 'faults', 'seed', 'allowFaultHeaders']),
    ...(Object.keys(redact).length > 0 ? { redact } : {}),
    ...(settings.maxSize === undefined ? {} : { maxBytes: settings.maxSize }),
    ...(settings.maxAge === undefined ? {} : { maxAgeMs: settings.maxAge }),
    ui: settings.ui === false ? false : ui,
  }
}

const OF_REACH = ['insecure', 'ca', 'clientCert', 'clientKey', 'upstreamProxy'] as const
const OF_EVERY = ['host', ...OF_REACH, 'rewrite', 'onUnreachable', 'headers'] as const
const OF_SERVER = [...OF_EVERY, 'port', 'publicUrl'] as const

type Picked<Values, Key extends keyof Values> = { [Name in Key]?: Exclude<Values[Name], undefined> }

/** The named ones of the settings that are set. */
const picked = <Values extends object, const Key extends keyof Values>(
  values: Values,
  keys: readonly Key[],
): Picked<Values, Key> =>
  Object.fromEntries(keys.map((key) => [key, values[key]]).filter(([, value]) => value !== undefined)) as Picked<
    Values,
    Key
  >
