import type { Options } from './options.ts'
import type { Peer } from './processes.ts'
import type { SuiteName } from './options.ts'

export interface Column {
  readonly key: string
  readonly title: string
  readonly show: (value: number | undefined) => string
  /** Also shown as a ratio to `http-proxy` and to the TCP pipe. */
  readonly ratio?: boolean
}

export interface Setting {
  readonly options: Options
  /** For temporary files; removed at the end. */
  readonly folder: string
  readonly upstream: Peer
}

/** One measurement, taken of each candidate in turn in each round. */
export interface Suite {
  readonly name: SuiteName
  readonly title: string
  readonly columns: readonly Column[]
  /** At most this many rounds, for what takes long. */
  readonly maxRounds?: number
  /** A fresh process for each measurement: for what is about memory. */
  readonly fresh?: boolean
  measure(peer: Peer, setting: Setting, candidate: string): Promise<Readonly<Record<string, number>>>
}

/** A measurement of ours alone: lines to print, figures for `--json`. */
export interface Solo {
  readonly name: SuiteName
  readonly title: string
  run(
    setting: Setting,
  ): Promise<{ readonly lines: readonly string[]; readonly figures: Readonly<Record<string, unknown>> }>
}
