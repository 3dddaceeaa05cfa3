import { Worker } from 'node:worker_threads'
import type { Tap } from '../pipe/tap.ts'
import type { WriterInstance } from '../store/writer.ts'
import { ControlEnd, type ControlLink } from './control-link.ts'
import type { FromThread, ThreadSettings, ToThread } from './messages.ts'
import { Packer } from './packer.ts'
import type { PackedBuffer } from './packing.ts'
import { LossCounter } from './loss.ts'
import { createRecorderTap, type RecorderTap } from './recorder-tap.ts'

export interface RecorderStats {
  /** Bytes of traffic stored. */
  readonly recordedBytes: number
  /** Bytes received and not stored yet, and the most there ever were. */
  readonly queueBytes: number
  readonly queueHighWater: number
  readonly lostChunks: number
  readonly lostBytes: number
}

/** Part of the bound below which reading goes on: near it, so that the traffic is slowed in short steps, not stopped for long. */
const RELEASE = 15 / 16

export type RecorderState =
  /** Traffic goes on unrecorded from now. */
  | { readonly kind: 'lost'; readonly reason: string }
  /** Recording again. */
  | { readonly kind: 'recovered'; readonly chunks: number; readonly bytes: number }

export interface QueueOptions {
  readonly workerUrl: URL
  readonly settings: ThreadSettings
  readonly bound: number
  readonly drop: boolean
}

type Refusal = Extract<FromThread, { kind: 'refused' }>

/** A packed buffer goes out at most so long after its first record. */
const FLUSH_MS = 5
/** No commit for so long while there is work, or while it starts and there is no room: the recorder is taken to be gone. */
const STALLED_MS = 2000
const WATCH_MS = 100
const FIRST_RESTART_MS = 1000
const LAST_RESTART_MS = 30_000
const CLOSE_MS = 1500
/** Packed buffers kept for reuse once everything is stored: enough for a commit's worth of flushes; what a burst needed beyond goes back. */
const REST_BUFFERS = 8
/** New objects of the thread, in MiB, three times a semi-space: at 8 MiB as fast as at Node's 16, at 4 a tenth slower (measured), and resident for good. */
const YOUNG_MB = 24

/** The live thread's side: packs, keeps count of what is under way, and decides when to slow and when to give up. */
export class RecorderQueue {
  readonly tap: Tap
  readonly #options: QueueOptions
  readonly #packer: Packer
  readonly #recorderTap: RecorderTap
  readonly #lost = new LossCounter()
  readonly #pressure: ((pause: boolean) => void)[] = []
  readonly #states: ((state: RecorderState) => void)[] = []
  readonly #control: ((ports: readonly number[]) => void)[] = []
  #controlPorts: readonly number[] = []
  readonly #flushes = new Map<number, () => void>()
  readonly #controlEnd: ControlEnd
  #instance: WriterInstance
  /** Id of the row in `instance`, once there is one. */
  #known = 0
  #worker: Worker | null = null
  #ready = false
  /** Posted and not stored, oldest first. */
  #posted: PackedBuffer[] = []
  #postedBytes = 0
  #highWater = 0
  #recordedBytes = 0
  #paused = false
  #progressAt = 0
  #restartMs = FIRST_RESTART_MS
  #restarting: NodeJS.Timeout | undefined
  #timer: NodeJS.Timeout | undefined
  #armed = false
  #watch: NodeJS.Timeout | undefined
  #nextFlush = 1
  #closing = false

  constructor(options: QueueOptions) {
    this.#options = options
    this.#instance = options.settings.instance
    this.#packer = new Packer((packed) => this.#post(packed))
    this.#recorderTap = createRecorderTap(this.#packer, this.#lost, () => this.#arm())
    this.tap = this.#recorderTap
    this.#controlEnd = new ControlEnd(
      (message) => this.#send(message),
      (id) => this.#mark(id),
    )
  }

  onPressure(listener: (pause: boolean) => void): void {
    this.#pressure.push(listener)
  }

  onState(listener: (state: RecorderState) => void): void {
    this.#states.push(listener)
  }

  onControlPorts(listener: (ports: readonly number[]) => void): void {
    this.#control.push(listener)
    listener(this.#controlPorts)
  }

  get control(): ControlLink {
    return this.#controlEnd
  }

  stats(): RecorderStats {
    return {
      recordedBytes: this.#recordedBytes,
      queueBytes: this.#postedBytes + this.#packer.length,
      queueHighWater: this.#highWater,
      lostChunks: this.#lost.totalChunks,
      lostBytes: this.#lost.totalBytes,
    }
  }

  setInstance(patch: Partial<WriterInstance>): void {
    this.#instance = { ...this.#instance, ...patch }
    this.#send({ kind: 'instance', instance: this.#instance })
  }

  /** The first start: resolves when the capture is open, or with why it cannot be. */
  start(): Promise<Refusal | null> {
    return new Promise((resolve) => {
      this.#spawn((refusal) => {
        if (refusal !== null) void this.#worker?.terminate()
        resolve(refusal)
      })
    })
  }

  flush(): Promise<void> {
    this.#packer.flush()
    if (this.#lost.active || this.#worker === null) return Promise.resolve()
    const id = this.#nextFlush++
    return new Promise((resolve) => {
      this.#flushes.set(id, resolve)
      this.#send({ kind: 'flush', id })
    })
  }

  async close(): Promise<void> {
    this.#closing = true
    clearTimeout(this.#restarting)
    clearTimeout(this.#timer)
    clearInterval(this.#watch)
    this.#packer.flush()
    const worker = this.#worker
    if (worker === null) return
    let late: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      late = setTimeout(resolve, CLOSE_MS)
      worker.once('exit', () => resolve())
      worker.on('message', (message: FromThread) => message.kind === 'closed' && resolve())
      this.#send({ kind: 'close' })
    })
    clearTimeout(late)
    this.#controlEnd.gone()
    await worker.terminate()
  }

  #spawn(started: (refusal: Refusal | null) => void): void {
    const { workerUrl, settings } = this.#options
    const workerData = { ...settings, instance: this.#instance, ...(this.#known === 0 ? {} : { known: this.#known }) }
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB }
    const worker = new Worker(workerUrl, { workerData, name: 'recorder', resourceLimits })
    this.#worker = worker
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'ready') {
        this.#ready = true
        this.#progressAt = performance.now()
        this.#restartMs = FIRST_RESTART_MS
        this.#known = message.instance
        this.#controlEnd.again()
        started(null)
      } else if (message.kind === 'refused') started(message)
      else this.#hear(message)
    })
    let why = 'the recorder ended'
    worker.on('error', (error) => (why = error.message))
    worker.on('exit', () => this.#died(worker, why, started))
  }

  #died(worker: Worker, why: string, started: (refusal: Refusal | null) => void): void {
    if (this.#worker !== worker || this.#closing) return
    this.#worker = null
    if (!this.#ready) {
      started({ kind: 'refused', code: 'STORE_OPEN_FAILED', message: `the recorder cannot start: ${why}`, hint: '' })
    }
    this.#ready = false
    this.#lose(why)
    for (const { chunks, chunkBytes, from, to } of this.#posted) this.#lost.add(from, to, chunks, chunkBytes)
    this.#posted = []
    this.#postedBytes = 0
    this.#recorderTap.forget()
    for (const resolve of this.#flushes.values()) resolve()
    this.#flushes.clear()
    this.#controlEnd.gone()
    this.#restarting = setTimeout(() => this.#restart(), this.#restartMs)
    this.#restartMs = Math.min(this.#restartMs * 2, LAST_RESTART_MS)
  }

  #restart(): void {
    this.#spawn((refusal) => {
      if (refusal === null) this.#resume()
      else void this.#worker?.terminate()
    })
  }

  #hear(message: FromThread): void {
    switch (message.kind) {
      case 'stored':
        return this.#stored(message.count, message.buffers)
      case 'flushed': {
        this.#flushes.get(message.id)?.()
        this.#flushes.delete(message.id)
        return
      }
      case 'trouble':
        if (!message.waiting) this.#lose(message.message)
        return
      case 'control':
        this.#controlPorts = message.ports
        for (const listener of this.#control) listener(message.ports)
        return
      // heard by those who wait for them
      case 'ready':
      case 'refused':
      case 'closed':
        return
      default:
        this.#controlEnd.hear(message)
    }
  }

  #stored(count: number, buffers: readonly ArrayBuffer[]): void {
    for (const { length, chunkBytes } of this.#posted.splice(0, count)) {
      this.#postedBytes -= length
      this.#recordedBytes += chunkBytes
    }
    for (const buffer of buffers) this.#packer.reuse(buffer)
    this.#progressAt = performance.now()
    if (this.#posted.length === 0) {
      clearInterval(this.#watch)
      this.#watch = undefined
      this.#packer.keep(REST_BUFFERS)
    }
    if (this.#postedBytes > this.#options.bound * RELEASE) return
    if (this.#lost.active) this.#resume()
    this.#setPressure(false)
  }

  #arm(): void {
    if (this.#armed) return
    this.#armed = true
    if (this.#timer === undefined) {
      this.#timer = setTimeout(() => {
        this.#armed = false
        this.#packer.flush()
      }, FLUSH_MS)
      this.#timer.unref()
    } else this.#timer.refresh()
  }

  #post(packed: PackedBuffer): void {
    if (this.#worker === null) return this.#lost.add(packed.from, packed.to, packed.chunks, packed.chunkBytes)
    if (this.#posted.length === 0) this.#progressAt = performance.now()
    this.#posted.push(packed)
    this.#postedBytes += packed.length
    if (this.#postedBytes > this.#highWater) this.#highWater = this.#postedBytes
    this.#send({ kind: 'records', buffer: packed.buffer, length: packed.length }, [packed.buffer])
    this.#watch ??= setInterval(() => this.#check(), WATCH_MS).unref()
    if (this.#postedBytes < this.#options.bound || this.#lost.active) return
    if (this.#options.drop) this.#lose('overload')
    else this.#setPressure(true)
  }

  #check(): void {
    if (this.#posted.length === 0 || performance.now() - this.#progressAt < STALLED_MS) return
    // On a busy machine the thread may take long to start: until there is no more room nobody waits for it.
    if (!this.#ready && this.#postedBytes < this.#options.bound) return
    this.#lose('the recorder has stored nothing for two seconds')
  }

  /** From now on traffic is counted, not kept. */
  #lose(reason: string): void {
    if (this.#lost.active) return
    this.#packer.flush()
    this.#lost.begin(reason)
    this.#setPressure(false)
    for (const listener of this.#states) listener({ kind: 'lost', reason })
  }

  #resume(): void {
    const loss = this.#lost.end()
    this.#recorderTap.resume(loss)
    this.#arm()
    for (const listener of this.#states) listener({ kind: 'recovered', chunks: loss.chunks, bytes: loss.bytes })
  }

  #setPressure(on: boolean): void {
    if (this.#paused === on) return
    this.#paused = on
    for (const listener of this.#pressure) listener(on)
  }

  /** A place in what is packed, which the thread answers at; false when nothing is kept now. */
  #mark(id: number): boolean {
    if (this.#lost.active || this.#worker === null || this.#closing) return false
    this.#packer.marker(id)
    this.#packer.flush()
    return true
  }

  /** False when there is no thread. */
  #send(message: ToThread, transfer: readonly ArrayBuffer[] = []): boolean {
    this.#worker?.postMessage(message, transfer)
    return this.#worker !== null
  }
}
