import { z } from 'zod'
import { LOG_LEVELS, OVERLOAD_POLICIES, RECORD_DEPTHS, UNREACHABLE_POLICIES } from './settings.ts'
import { isPattern, isPublicUrl, parseLimit } from './values.ts'

const text = z.string({ error: 'must be text' }).min(1, { error: 'must not be empty' })
const yes = z.boolean({ error: 'must be true or false' })
const port = z
  .int({ error: 'must be a port, a whole number from 0 to 65535' })
  .min(0, { error: 'must be a port, a whole number from 0 to 65535' })
  .max(65_535, { error: 'must be a port, a whole number from 0 to 65535' })
const words = z.array(text, { error: 'must be a list of texts' })
const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, { error: `must be ${values.slice(0, -1).join(', ')} or ${values.at(-1)}` })
const fields = z.record(z.string(), z.string({ error: 'must be text (put numbers in quotes)' }), {
  error: 'must be names with values, one a line',
})

const SIZE = 'must be a size such as 500mb or 2gb, or none'
const size = z.union([z.number(), z.string()], { error: SIZE }).transform((value, context) => {
  const limit = parseLimit(String(value), 'size')
  return limit ?? refused(context, SIZE)
})
const AGE = 'must be a time span such as 12h or 30d, or none'
const age = z.union([z.number(), z.string()], { error: AGE }).transform((value, context) => {
  const limit = parseLimit(String(value), 'age')
  return limit ?? refused(context, AGE)
})

/** What may be said of the one server at the top of the file. */
const server = {
  target: text,
  host: text,
  port,
  insecure: yes,
  ca: text,
  'client-cert': text,
  'client-key': text,
  'upstream-proxy': text,
  rewrite: yes,
  'public-url': text.refine(isPublicUrl, {
    error: 'must be scheme, host and port alone, such as https://tunnel.example.com',
  }),
  headers: fields,
  'header-env': fields,
  'on-unreachable': oneOf(UNREACHABLE_POLICIES),
}

/** What may be said of one of `servers`: one that is reached at a URL, or started by a command. */
const entry = {
  ...server,
  url: text,
  command: z.union([text, words], { error: 'must be a command, or a list of its words' }),
  args: words,
  env: fields,
  cwd: text,
}

/**
 * The configuration file: the flags' names without the dashes, all optional. A server's settings stand either at the top or under
 * `servers`.
 */
export const configSchema = z
  .strictObject(
    {
      ...server,
      servers: z.record(z.string(), z.strictObject(entry, { error: unrecognised }).partial(), {
        error: 'must be names, each with the settings of one server',
      }),
      'one-listener': yes,
      name: text,
      db: text,
      'max-size': size,
      'max-age': age,
      ui: yes,
      'ui-port': port,
      'token-env': text,
      record: oneOf(RECORD_DEPTHS),
      'on-overload': oneOf(OVERLOAD_POLICIES),
      redact: yes,
      'redact-keys': words,
      'redact-paths': words,
      'redact-values': z.array(text.refine(isPattern, { error: 'must be a regular expression' }), {
        error: 'must be a list of regular expressions',
      }),
      'redact-key-file': text,
      'log-level': oneOf(LOG_LEVELS),
      faults: text,
      'allow-fault-headers': yes,
      seed: z.int({ error: 'must be a whole number' }).min(0, { error: 'must be a whole number, at least 0' }),
    },
    { error: unrecognised },
  )
  .partial()

/** What the file says, checked. */
export type ConfigFile = z.infer<typeof configSchema>

/** Keys that may stand at the top, and those of one server: for naming the nearest. */
export const SERVER_KEYS: readonly string[] = Object.keys(server)
export const ENTRY_KEYS: readonly string[] = Object.keys(entry)
export const CONFIG_KEYS: readonly string[] = Object.keys(configSchema.shape)

function refused(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message })
  return z.NEVER
}

function unrecognised(): string {
  return 'must be keys with values'
}
