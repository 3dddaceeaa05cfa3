/**
 * Taps to packed buffers to the recorder's thread: framing, flows, sessions, redaction, and at last the store.
 *
 * The live thread packs (`packing`), accounts for what is under way (`queue`) and no more. Everything else happens in the thread
 * (`thread`, `recorder-loop`), as plain code that tests run in process (`recording`).
 * @module
 */
import { ProxyError, type ErrorCode } from '../errors.ts'
import type { Tap } from '../pipe/tap.ts'
import type { WriterInstance } from '../store/writer.ts'
import type { Depth } from './context.ts'
import type { ControlLink } from './control-link.ts'
import type { ThreadSettings } from './messages.ts'
import { RecorderQueue, type RecorderState, type RecorderStats } from './queue.ts'
import type { RedactionRules } from './redaction.ts'
import { redactionKey } from './redaction-key.ts'
import { limitsFor, type Limits } from './upkeep.ts'

export { limitsFor }
export type { ControlLink, Depth, Limits, RecorderState, RecorderStats, RedactionRules, WriterInstance }

export interface RecorderOptions {
  /** Path of the capture. */
  db: string
  /** Built entry of the thread: `dist/recorder/thread.js`. */
  workerUrl: URL
  instance: WriterInstance
  /** Default `full`. */
  record?: Depth
  redact?: RedactionRules & { keyFile?: string }
  /** Bounds on the capture. Default: none. */
  limits?: Limits
  /** Bound of what is received and not stored yet. Default 8 MiB. Beyond it traffic is slowed, or losses are counted. */
  queueBytes?: number
  /** Default `slow`. */
  onOverload?: 'slow' | 'drop'
  /** See `CreateOptions`; for tests of a full disk. */
  maxPages?: number
}

export interface Recorder {
  readonly tap: Tap
  /** Called with true when the queue has reached its bound: stop reading; with false when there is room again. */
  onPressure(listener: (pause: boolean) => void): void
  /** Told when recording stops, and when it goes on. */
  onState(listener: (state: RecorderState) => void): void
  /** Told the UI ports of all live processes on this capture: at once, and within a second when they change. */
  onControlPorts(listener: (ports: readonly number[]) => void): void
  /** Fault rules and answers that were given for this process, and what the recorder knows of its traffic. */
  readonly control: ControlLink
  stats(): RecorderStats
  /** What becomes known later: ports, URL. */
  setInstance(patch: Partial<WriterInstance>): void
  /** Resolves when everything received so far is stored, or counted as lost. */
  flush(): Promise<void>
  /** Stores what there is (for at most 1.5 s) and ends the thread. */
  close(): Promise<void>
}

/**
 * Opens (or makes) the capture and starts the thread. Throws `STORE_OPEN_FAILED`, `STORE_NEWER`, `STORE_NOT_A_CAPTURE`,
 * `OPTION_INVALID`.
 */
export async function createRecorder(options: RecorderOptions): Promise<Recorder> {
  const { recorder, opened } = beginRecorder(options)
  await opened
  return recorder
}

/**
 * The same without waiting: what is tapped meanwhile is kept in the queue, within its bound. `opened` rejects as `createRecorder`
 * throws; then nothing is recorded (what is tapped is counted as lost) until one of the tries that follow succeeds. Throws what is
 * wrong with the key.
 */
export function beginRecorder(options: RecorderOptions): { recorder: Recorder; opened: Promise<void> } {
  const { db, workerUrl, record = 'full', redact = {}, maxPages } = options
  const { keyFile, ...rules } = redact
  const settings: ThreadSettings = {
    db,
    instance: options.instance,
    depth: record,
    redact: rules,
    limits: options.limits ?? {},
    key: redactionKey(keyFile ?? `${db}.key`),
    ...(maxPages === undefined ? {} : { maxPages }),
  }
  const queue = new RecorderQueue({
    workerUrl,
    settings,
    bound: options.queueBytes ?? 8 * 1024 * 1024,
    drop: options.onOverload === 'drop',
  })
  const opened = queue.start().then((refusal) => {
    if (refusal === null) return
    throw new ProxyError(refusal.code as ErrorCode, refusal.message, { hint: refusal.hint })
  })
  const recorder: Recorder = {
    tap: queue.tap,
    onPressure: (listener) => queue.onPressure(listener),
    onState: (listener) => queue.onState(listener),
    onControlPorts: (listener) => queue.onControlPorts(listener),
    control: queue.control,
    stats: () => queue.stats(),
    setInstance: (patch) => queue.setInstance(patch),
    flush: () => queue.flush(),
    close: () => queue.close(),
  }
  return { recorder, opened }
}
