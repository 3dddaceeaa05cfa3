/** What all listeners of a process share: one clock, one recorder, one page. */
import { networkInterfaces } from 'node:os'
import { createClock, nullTap, type AnchoredClock } from '../pipe/index.ts'
import type { Tap } from '../pipe/tap.ts'
import { createRecorder, limitsFor, type Recorder, type RecorderState } from '../recorder/index.ts'
import type { Listener } from '../transports/index.ts'
import { built } from './built.ts'
import { followRuleFile, inForceText, readRuleFile, seedFor, type RuleFile } from './rule-file.ts'
import { ownRules, type FaultRules } from './own-rules.ts'
import { createSteering, followCapture, type Steering } from './steering.ts'
import { prepareDesk, type DeskSettings, type DeskThread, type PreparedDesk, type Served } from './desk-thread.ts'

/** How much of the traffic is kept. `heads`: no bodies. `metadata`: no bytes at all. */
export type RecordDepth = 'full' | 'heads' | 'metadata'

export interface RedactOptions {
  /** False keeps everything (file mode 0600 all the same). Default true. */
  enabled?: boolean
  /** Further names: headers, JSON keys, form and query keys; case-insensitive. */
  keys?: readonly string[]
  /** Further places in JSON bodies, dotted: `params.arguments.password`; `*` matches one step. */
  paths?: readonly string[]
  /** Further values, as regular expressions. */
  values?: readonly string[]
  /** File with the hash key, shared between machines; made (0600) when absent. Default: beside the capture. */
  keyFile?: string
}

export interface StationOptions {
  /** Name of this tap. Default: none. */
  name?: string
  /** Capture file, or false for no recording. Default: the user's data folder. */
  db?: string | false
  /** Bytes the capture may need before its oldest sessions go, running ones never. Default: 2 GiB for the usual one, no bound for one that is named. */
  maxBytes?: number
  /** Sessions last active longer ago than this, in ms, go. Default: no bound. */
  maxAgeMs?: number
  record?: RecordDepth
  redact?: RedactOptions
  /** At the queue's bound: `slow` pauses reading, `drop` counts losses. Default `slow`. */
  onOverload?: 'slow' | 'drop'
  /** Bound of the queue to the recorder. Default 8 MiB. */
  queueBytes?: number
  /** UI and API; false for none. Default: 127.0.0.1, port 6273 or the next free one, a fresh token. */
  ui?: false | DeskSettings
  /** A file of fault rules, read at the start and whenever it changes. Default: none. */
  faults?: string
  /** Requests may bring a fault rule along in `x-mitmcp-fault`, which is taken out. Default false. */
  allowFaultHeaders?: boolean
  /** Of all draws of fault rules; the file's own comes before it. Default: any. */
  seed?: number
  /** Role in the capture's `instance` table. Default `proxy`. */
  role?: string
}

export interface StationStats {
  readonly connections: number
  readonly open: number
  readonly recordedBytes: number
  readonly queueBytes: number
  readonly queueHighWater: number
  readonly lostChunks: number
  readonly lostBytes: number
}

/** A process that records. */
export interface Station {
  readonly clock: AnchoredClock
  readonly tap: Tap
  readonly policy: Steering
  readonly faults: FaultRules
  /** Capture path; null when not recording. */
  readonly db: string | null
  /** Numbers of connections, unique in this process whatever listener they arrive at. */
  nextConnection(): number
  isControlPlane(address: string, port: number): boolean
  /** Tells the user something, each message once. */
  notice(message: string): void
  onNotice(listener: (message: string) => void): void
  /** The listeners are there: opens the page. They are slowed when the recorder is full, and closed with the station. */
  serve(listeners: readonly Listener[], servers: readonly Served[]): Promise<void>
  /** UI address without the token; null when there is none. */
  readonly ui: string | null
  readonly token: string | null
  stats(): StationStats
  /** Told when recording stops (traffic goes on) and when it goes on. */
  onRecording(listener: (state: RecorderState) => void): void
  /** Resolves when everything received so far is committed. */
  flush(): Promise<void>
  /** Ends streams, flushes the capture. */
  close(): Promise<void>
}

/** Peers that do not close by then are reset when the proxy stops. */
const CLOSE_GRACE_MS = 300
const CLOCK_CHECK_MS = 1000
/** Different messages told in the life of a process; the record has all of them. */
const MAX_NOTICES = 100
const NOTHING = { recordedBytes: 0, queueBytes: 0, queueHighWater: 0, lostChunks: 0, lostBytes: 0 }

/** Opens the capture. `targets`: the servers it is for. Throws as `createRecorder`. */
export async function openStation(options: StationOptions, targets: readonly string[]): Promise<Station> {
  const db = options.db === false ? null : (options.db ?? (await defaultPath()))
  const file = options.faults === undefined ? undefined : await readRuleFile(options.faults, 1)
  const station = await open({ ...options, seed: seedFor(file, options.seed) }, db, targets)
  await station.follow(file)
  return station
}

async function open(options: StationOptions, db: string | null, targets: readonly string[]): Promise<RecordingStation> {
  if (db === null) return new RecordingStation(options, db)
  const prepared = options.ui === false ? undefined : prepareDesk()
  try {
    return new RecordingStation(options, db, await openRecorder(options, targets, db), prepared)
  } catch (error) {
    await prepared?.close()
    throw error
  }
}

class RecordingStation implements Station {
  readonly clock = createClock()
  readonly tap: Tap
  readonly policy: Steering
  readonly faults: FaultRules
  readonly db: string | null
  readonly #options: StationOptions
  readonly #recorder: Recorder | undefined
  readonly #prepared: PreparedDesk | undefined
  /** UI ports of all live processes on this capture. */
  #controlPorts: ReadonlySet<number> = new Set()
  readonly #ticking: NodeJS.Timeout
  #listeners: readonly Listener[] = []
  #desk: DeskThread | undefined
  #connections = 0
  readonly #told = new Set<string>()
  #unfollow: (() => void) | undefined
  readonly #listening: ((message: string) => void)[] = []
  readonly #unheard: string[] = []
  #closing: Promise<void> | undefined

  constructor(options: StationOptions, db: string | null, recorder?: Recorder, prepared?: PreparedDesk) {
    this.#options = options
    this.db = db
    this.#recorder = recorder
    this.#prepared = prepared
    this.tap = recorder?.tap ?? nullTap
    this.policy = createSteering({
      clock: this.clock,
      tap: this.tap,
      name: options.name ?? '',
      notice: (text) => this.#say(text),
      headers: options.allowFaultHeaders ?? false,
      ended: (rule, why) => recorder?.control.ruleEnded(rule, why),
      recall: () => recorder?.control.conversationState() ?? Promise.resolve(null),
      ...(options.seed === undefined ? {} : { seed: options.seed }),
    })
    this.faults = ownRules(this.policy, recorder?.control)
    recorder?.onPressure((full) => {
      for (const listener of this.#listeners) listener.recorderFull(full)
    })
    if (recorder !== undefined) followCapture(this.policy, recorder.control, (message) => this.#say(message))
    recorder?.onControlPorts((ports) => (this.#controlPorts = new Set(ports)))
    this.#ticking = setInterval(() => {
      const step = this.clock.check()
      if (step !== undefined) recorder?.tap.note(0, this.clock.now(), 'clock', { stepUs: step })
    }, CLOCK_CHECK_MS)
    this.#ticking.unref()
  }

  get ui(): string | null {
    return this.#desk?.url ?? null
  }

  get token(): string | null {
    return this.#desk?.token ?? null
  }

  nextConnection(): number {
    return ++this.#connections
  }

  isControlPlane(address: string, port: number): boolean {
    const ours = port === this.#desk?.port || this.#controlPorts.has(port)
    return ours && (isLocal(address) || isOwnAddress(address))
  }

  notice(message: string): void {
    if (this.#told.has(message) || this.#told.size >= MAX_NOTICES) return
    this.#told.add(message)
    this.#say(message)
  }

  /** What may be said again. Until somebody listens it is kept. */
  #say(message: string): void {
    if (this.#listening.length === 0 && this.#unheard.length < MAX_NOTICES) this.#unheard.push(message)
    for (const listener of this.#listening) listener(message)
  }

  onNotice(listener: (message: string) => void): void {
    this.#listening.push(listener)
    for (const message of this.#unheard.splice(0)) listener(message)
  }

  async serve(listeners: readonly Listener[], servers: readonly Served[]): Promise<void> {
    this.#listeners = listeners
    this.#recorder?.setInstance({ url: servers.map(({ url }) => url).join(' ') || null })
    if (this.db === null || this.#prepared === undefined) return
    this.#prepared.onControl(() => this.#recorder?.control.poke())
    this.#desk = await this.#prepared.open(this.#options.ui || {}, this.db, servers)
    this.#recorder?.setInstance({ uiPort: this.#desk.port })
  }

  stats(): StationStats {
    const sum = (count: (listener: Listener) => number): number =>
      this.#listeners.reduce((total, listener) => total + count(listener), 0)
    return {
      connections: sum(({ connections }) => connections),
      open: sum(({ open }) => open),
      ...(this.#recorder?.stats() ?? NOTHING),
    }
  }

  onRecording(listener: (state: RecorderState) => void): void {
    this.#recorder?.onState(listener)
  }

  async flush(): Promise<void> {
    await this.#recorder?.flush()
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  /** The rules of the file, and of each later state of it that can be read. */
  async follow(file: RuleFile | undefined): Promise<void> {
    const { faults, allowFaultHeaders = false } = this.#options
    if (allowFaultHeaders) await this.policy.begin()
    if (file === undefined || faults === undefined) return
    this.#say(inForceText(faults, file, this.#options.seed))
    this.#unfollow = await followRuleFile(
      faults,
      file,
      async (rules) => {
        await this.policy.setRules('file', rules)
        await this.#recorder?.control.setOwnRules('file', rules)
      },
      (message) => this.#say(message),
    )
  }

  async #close(): Promise<void> {
    clearInterval(this.#ticking)
    this.#unfollow?.()
    for (const { id, sentence } of this.policy.end()) this.#say(`Rule ${id} never fired: ${sentence}.`)
    await Promise.all([this.#prepared?.close(), ...this.#listeners.map((listener) => listener.close(CLOSE_GRACE_MS))])
    await this.#recorder?.close()
  }
}

function openRecorder(options: StationOptions, targets: readonly string[], db: string): Promise<Recorder> {
  const { role = 'proxy', name = '', record = 'full', redact = {}, onOverload = 'slow', queueBytes } = options
  return createRecorder({
    db,
    workerUrl: built('recorder/thread.js'),
    instance: { role, name, url: null, target: targets.join(' ') || null, uiPort: null },
    record,
    redact,
    limits: limitsFor(options.db !== undefined, options),
    ...(queueBytes === undefined ? {} : { queueBytes }),
    onOverload,
  })
}

/** True for addresses that only this machine has, or that mean all of its own. */
export function isLocal(host: string): boolean {
  return /^(localhost|127\..*|::1|\[::1\]|::ffff:127\..*|0\.0\.0\.0|::|\[::\])$/.test(host)
}

/** True for the addresses of this machine's interfaces. IPv4 in the clothes of IPv6 counts. */
function isOwnAddress(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '').replace(/%.*$/, '')
  return Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === plain))
}

/** SQLite is not loaded on this thread for the sake of a path. */
async function defaultPath(): Promise<string> {
  const { defaultCapturePath } = await import('../store/open.ts')
  return defaultCapturePath(process.env, process.platform)
}
