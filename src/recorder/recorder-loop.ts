import { statSync } from 'node:fs'
import { ProxyError } from '../errors.ts'
import { createWriter, type Writer } from '../store/writer.ts'
import type { FromThread, ThreadSettings, ToThread } from './messages.ts'
import { Recording } from './recording.ts'
import { Redactor } from './redaction.ts'
import { createUpkeep, type Upkeep } from './upkeep.ts'

/** A commit comes at most so long after the first record it holds. */
const COMMIT_MS = 25
const COMMIT_BYTES = 256 * 1024
const BEAT_MS = 1000
/** Rules and answers are looked for so often. */
const CONTROL_MS = 100
const SWEEP_EVERY = 10
/** Steps of pruning are taken for so long; most are far shorter. */
const PRUNE_MS = 4
/** Then the thread is the traffic's for so many times as long. */
const PRUNE_REST = 3
const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 1000

/** Errors that pass: the commit is tried again and nothing is lost by it. */
const PASSING = /^SQLITE_(BUSY|LOCKED|FULL)/
const WAITING = /^SQLITE_(BUSY|LOCKED)/

/** What the recorder thread does, given a way to answer; `receive` is handed each message of the live thread. */
export interface RecorderLoop {
  receive(message: ToThread): void
}

/**
 * Opens the capture, answers `ready` (or `refused`), and records from then on. Errors that do not pass are thrown: the thread
 * ends by them and a new one takes over.
 */
export function startRecording(
  settings: ThreadSettings,
  answer: (message: FromThread, transfer?: readonly ArrayBuffer[]) => void,
): RecorderLoop | undefined {
  let writer: Writer
  const { db, instance, depth, redact, key, maxPages, known } = settings
  try {
    writer = createWriter(db, instance, Date.now() * 1000, {
      ...(maxPages === undefined ? {} : { maxPages }),
      ...(known === undefined ? {} : { known }),
    })
  } catch (error) {
    const { code, message, hint } =
      error instanceof ProxyError ? error : new ProxyError('STORE_OPEN_FAILED', String(error))
    answer({ kind: 'refused', code, message, hint })
    return undefined
  }
  const recording = new Recording(writer, new Redactor(redact, Buffer.from(key, 'hex')), depth, (id, state) =>
    answer({ kind: 'conversation', id, state }),
  )
  answer({ kind: 'ready', instance: writer.instance })
  return new Loop(writer, recording, createUpkeep(writer, settings.limits), db, answer)
}

class Loop implements RecorderLoop {
  readonly #writer: Writer
  readonly #recording: Recording
  readonly #upkeep: Upkeep
  readonly #answer: (message: FromThread, transfer?: readonly ArrayBuffer[]) => void
  readonly #db: string
  readonly #inode: number
  readonly #beating: NodeJS.Timeout
  readonly #polling: NodeJS.Timeout
  #inbox: ToThread[] = []
  #due: NodeJS.Timeout | undefined
  #retryMs = 0
  #beats = 0
  #buffers: ArrayBuffer[] = []
  #control = ''
  #pruning: NodeJS.Timeout | undefined

  constructor(
    writer: Writer,
    recording: Recording,
    upkeep: Upkeep,
    db: string,
    answer: (message: FromThread, transfer?: readonly ArrayBuffer[]) => void,
  ) {
    this.#writer = writer
    this.#recording = recording
    this.#upkeep = upkeep
    this.#db = db
    this.#answer = answer
    this.#inode = statSync(db).ino
    this.#beating = setInterval(() => this.#beat(), BEAT_MS)
    this.#tellControlPorts()
    this.#polling = setInterval(() => this.#poll(), CONTROL_MS)
    this.#passing(() => {
      const rules = this.#writer.rules.endLeftOver(Date.now() * 1000)
      if (rules.length > 0) this.#answer({ kind: 'left-over', rules })
    })
    this.#poll()
  }

  receive(message: ToThread): void {
    if (this.#retryMs > 0) {
      this.#inbox.push(message)
      return
    }
    switch (message.kind) {
      case 'records':
        this.#recording.receive(message.buffer, message.length)
        this.#buffers.push(message.buffer)
        if (this.#recording.pendingBytes >= COMMIT_BYTES) this.#commit()
        else this.#due ??= setTimeout(() => this.#commit(), COMMIT_MS)
        return
      case 'flush':
        if (this.#commit()) this.#answer({ kind: 'flushed', id: message.id })
        else this.#inbox.push(message)
        return
      case 'instance':
        this.#writer.describe(message.instance)
        return
      case 'control':
        return this.#poll()
      case 'own-rules': {
        const { origin, rules } = message
        return this.#rules(message, () => this.#writer.rules.setOwnRules(origin, rules, Date.now() * 1000))
      }
      case 'rule-ended':
        return this.#rules(message, () => this.#writer.rules.end(message.id, message.why, Date.now() * 1000))
      case 'in-force':
        if (!this.#passing(() => this.#writer.rules.inForce(message.revision)))
          setTimeout(() => this.receive(message), FIRST_RETRY_MS)
        return
      case 'close':
        this.#close(message)
    }
  }

  /** False when it has to be tried again. */
  #commit(): boolean {
    clearTimeout(this.#due)
    this.#due = undefined
    try {
      this.#recording.commit()
    } catch (error) {
      this.#trouble(error)
      return false
    }
    const buffers = this.#buffers
    this.#buffers = []
    if (buffers.length > 0) this.#answer({ kind: 'stored', count: buffers.length, buffers }, buffers)
    return true
  }

  #trouble(error: unknown): void {
    const { code = '', message } = error as { code?: string; message: string }
    if (!PASSING.test(code)) throw error
    if (this.#retryMs === 0) this.#answer({ kind: 'trouble', waiting: WAITING.test(code), message })
    this.#retryMs = Math.min(Math.max(FIRST_RETRY_MS, this.#retryMs * 2), LAST_RETRY_MS)
    setTimeout(() => this.#retry(), this.#retryMs)
  }

  #retry(): void {
    if (!this.#commit()) return
    this.#retryMs = 0
    const waited = this.#inbox
    this.#inbox = []
    for (const message of waited) this.receive(message)
  }

  #beat(): void {
    const now = Date.now() * 1000
    if (statSync(this.#db, { throwIfNoEntry: false })?.ino !== this.#inode) {
      throw new Error(`the capture ${this.#db} was moved or removed`)
    }
    if (this.#retryMs > 0) return
    if (this.#beats++ % SWEEP_EVERY === 0) this.#recording.sweep(now)
    try {
      this.#writer.beat(now)
      this.#tellControlPorts()
      if (this.#pruning === undefined && this.#upkeep.due(now)) this.#prune()
    } catch (error) {
      const { code = '' } = error as { code?: string }
      if (!PASSING.test(code)) throw error
    }
  }

  /** A few steps, and the next when the traffic has had its share. */
  #prune(): void {
    this.#pruning = undefined
    if (this.#retryMs > 0) return
    const before = performance.now()
    let took = 0
    let done = null
    try {
      for (; done === null && took < PRUNE_MS; took = performance.now() - before) done = this.#upkeep.step()
    } catch (error) {
      this.#upkeep.leave()
      const { code = '' } = error as { code?: string }
      if (!PASSING.test(code)) throw error
      return
    }
    if (done === null) {
      this.#pruning = setTimeout(() => this.#prune(), took * PRUNE_REST)
    } else if (done.sessions.length + done.connections > 0) {
      const { sessions, connections, frames, freedBytes } = done
      this.#recording.note(0, Date.now() * 1000, 'pruned', {
        sessions: sessions.length,
        connections,
        frames,
        freedBytes,
      })
      this.#due ??= setTimeout(() => this.#commit(), COMMIT_MS)
    }
  }

  /** Writes, and tells at once what holds now; tries again while somebody else holds the capture. */
  #rules(message: ToThread, write: () => void): void {
    if (this.#passing(write)) {
      this.#poll()
      if (message.kind === 'own-rules') this.#answer({ kind: 'own-rules-set' })
    } else setTimeout(() => this.receive(message), FIRST_RETRY_MS)
  }

  #poll(): void {
    this.#passing(() => {
      const state = this.#writer.rules.poll()
      if (state === null) return
      this.#answer({ kind: 'rules', rules: state.rules, revision: state.revision })
      if (state.answers.length > 0) this.#answer({ kind: 'answers', answers: state.answers })
    })
  }

  /** False where it failed, for a reason that passes. */
  #passing(attempt: () => void): boolean {
    try {
      attempt()
      return true
    } catch (error) {
      const { code = '' } = error as { code?: string }
      if (!PASSING.test(code)) throw error
      return false
    }
  }

  #tellControlPorts(): void {
    const ports = this.#writer.controlPorts(Date.now() * 1000)
    if (ports.join() === this.#control) return
    this.#control = ports.join()
    this.#answer({ kind: 'control', ports })
  }

  #close(message: ToThread): void {
    this.#recording.finish(Date.now() * 1000)
    if (!this.#commit()) {
      this.#inbox.push(message)
      return
    }
    clearInterval(this.#beating)
    clearInterval(this.#polling)
    clearTimeout(this.#pruning)
    this.#writer.close(Date.now() * 1000)
    this.#answer({ kind: 'closed' })
  }
}
