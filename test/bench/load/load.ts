/** What the generator can be asked for. All of it is bounded in time and count. */
export type Load =
  | { readonly mode: 'calls'; readonly port: number; readonly connections: number; readonly seconds: number }
  | {
      readonly mode: 'events'
      readonly port: number
      readonly connections: number
      /** Events on each stream. */
      readonly count: number
      /** Milliseconds between two events of a stream; 0: as fast as they are taken. */
      readonly every: number
    }
  | { readonly mode: 'sockets'; readonly port: number; readonly connections: number; readonly seconds: number }
  | { readonly mode: 'body'; readonly port: number; readonly bytes: number }
  | { readonly mode: 'idle'; readonly port: number; readonly connections: number }

export interface CallResult {
  /** Of the time that counts. */
  readonly calls: number
  /** Those while it warmed up included. */
  readonly total: number
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

/** Of the own generator. Milliseconds. */
export interface CallTimes extends CallResult {
  readonly least: number
  readonly p95: number
}

export interface EventResult {
  readonly events: number
  readonly perSecond: number
  /** Milliseconds from the instant written into the event to its arrival. */
  readonly p50: number
  readonly p99: number
}

export interface BodyResult {
  readonly bytes: number
  readonly ms: number
}

/** Value below which the share `p` of sorted `values` lies. */
export const percentile = (values: Float64Array, p: number): number =>
  values.length === 0 ? Number.NaN : values[Math.min(values.length - 1, Math.floor(values.length * p))]!

/** A load that hears nothing for so long gives up. */
export const giveUpMs = 20_000
