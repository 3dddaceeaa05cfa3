import { parseArgs } from 'node:util'

export const suiteNames = [
  'calls',
  'sse',
  'big',
  'streams',
  'start',
  'page',
  'stdio',
  'forward',
  'websocket',
  'faults',
  'long',
] as const
export type SuiteName = (typeof suiteNames)[number]

export interface Options {
  readonly only: readonly SuiteName[]
  /** Candidates whose name contains one of these; empty: all. */
  readonly who: readonly string[]
  readonly rounds: number
  /** Seconds of each measurement of calls. */
  readonly seconds: number
  readonly streams: number
  readonly megabytes: number
  readonly json: boolean
}

export const usage = `npm run bench -- [--only ${suiteNames.join(',')}] [--who direct,pipe,http-proxy,ours,nginx] [--rounds 3]
  [--seconds 4] [--streams 5000] [--megabytes 1024] [--long] [--json]

--long adds a minute of ten thousand recorded frames a second. Everything runs on loopback, in turn, in processes of their own.`

/** Throws an `Error` with what is wrong; `undefined` when help was asked for. */
export function options(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      who: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '4' },
      streams: { type: 'string', default: '5000' },
      megabytes: { type: 'string', default: '1024' },
      long: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const named = values.only?.split(',') ?? suiteNames.filter((name) => name !== 'long')
  const wrong = named.filter((name) => !suiteNames.includes(name as SuiteName))
  if (wrong.length > 0) throw new Error(`--only: no suite ${wrong.join(', ')}; there are ${suiteNames.join(', ')}`)
  return {
    only: [...(named as SuiteName[]), ...(values.long && !named.includes('long') ? (['long'] as const) : [])],
    who: values.who?.split(',') ?? [],
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    streams: Number(values.streams),
    megabytes: Number(values.megabytes),
    json: values.json,
  }
}
