/** Composition root of a wrapped server: starts it, records it, and ends as it does. */
import { constants as system } from 'node:os'
import type { ErrorCode } from './errors.ts'
import { ProxyError } from './errors.ts'
import { createClock, createLateTap, nullTap, type Clock, type ConnectionInfo, type Tap } from './pipe/index.ts'
import type { Policy } from './pipe/policy.ts'
import type { RecordDepth, RedactOptions } from './proxy.ts'
import {
  followRuleFile,
  inForceText,
  readRuleFile,
  refusedText,
  seedFor,
  type FileRule,
  type RuleFile,
} from './proxy/rule-file.ts'
import { createSteering, followCapture, type Steering } from './proxy/steering.ts'
import type { Recorder } from './recorder/index.ts'
import { shownArgs } from './recorder/shown-args.ts'
import { ownStreams } from './transports/own-streams.ts'
import { guardProcess, startServer, type ServerProcess, type StartFailure } from './transports/server-process.ts'
import { recordFailure } from './transports/stdio-failure.ts'
import { passed } from './transports/stdio-way.ts'
import { StdioLink } from './transports/stdio.ts'

export interface WrapperOptions {
  readonly command: string
  readonly args: readonly string[]
  /** Given to the server as it is. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** What the server is called in the record. */
  readonly server: string
  /** Name of this tap. Default: none. */
  readonly name?: string
  /** Capture file, or false for no recording. Default: the user's data folder. */
  readonly db?: string | false
  /** As in `StationOptions`. */
  readonly maxBytes?: number
  readonly maxAgeMs?: number
  readonly record?: RecordDepth
  readonly redact?: RedactOptions
  /** As in `StationOptions`. */
  readonly faults?: string
  readonly seed?: number
  /** Steers instead of rules. */
  readonly policy?: Policy
  /** Told what the user should know of fault rules. */
  readonly onNotice?: (message: string) => void
  /** Told, once, that recording cannot begin, and later that it stopped or went on: the server works all the same. */
  readonly onTrouble: (trouble: Trouble) => void
}

export interface Trouble {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string
}

/** How a wrapped server ended. `quiet`: without a byte on its stdout, and without being asked to. */
export type WrapperEnd =
  | {
      readonly kind: 'exit'
      readonly code: number | null
      readonly signal: NodeJS.Signals | null
      readonly quiet: boolean
    }
  | { readonly kind: 'failed'; readonly failure: StartFailure }

/** Passed on to the server; the others end us, and by that it, or cannot be caught. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH', 'SIGCONT'] as const
const CLOCK_CHECK_MS = 1000

/** Runs a server between our own stdin, stdout and stderr until it has ended and all of it is stored. */
export async function wrapServer(options: WrapperOptions): Promise<WrapperEnd> {
  const clock = createClock()
  const startedAt = clock.now()
  const signals = passSignals()
  // bytes pass before there is a recorder: it is loaded beside
  const late = createLateTap()
  let recorder: Recorder | undefined
  const steered = await steer(options, clock, late.tap, () => recorder)
  const steers: Policy = options.policy ?? steered.policy
  const delay = steers.starting?.(infoOf(options, startedAt))
  if (delay !== undefined) {
    // there is no server yet: what is meant for it ends us
    signals.to((name) => process.exit(128 + (system.signals[name] ?? 0)))
    await passed(delay.delayMs, clock)
    signals.keep()
  }
  const server = await startServer(options)
  const joint = { id: 1, info: infoOf(options, startedAt, server), tap: late.tap, clock, policy: steers }
  if (!('pid' in server)) {
    recordFailure(joint, server)
    recorder = await openRecorder(options)
    late.become(recorder?.tap ?? nullTap)
    await recorder?.close()
    return { kind: 'failed', failure: server }
  }
  let callOff = guardProcess(server.pid)
  const startAgain = async (): Promise<ServerProcess | StartFailure> => {
    const wait = steers.starting?.(joint.info)
    if (wait !== undefined) await passed(wait.delayMs, clock)
    const next = await startServer(options)
    callOff()
    if ('pid' in next) callOff = guardProcess(next.pid)
    return next
  }
  let threadStarted = (): void => undefined
  const settled = new Promise<void>((resolve) => (threadStarted = resolve))
  const link = new StdioLink({ ...joint, server, client: ownStreams(settled), startAgain })
  if (delay !== undefined) late.tap.note(joint.id, clock.now(), 'slow-start', delay)
  signals.to((name) => link.signal(name))
  recorder = await openRecorder(options, threadStarted)
  late.become(recorder?.tap ?? nullTap)
  steered.recording()
  recorder?.onPressure((full) => link.recorderFull(full))
  const ticking = setInterval(() => {
    const stepUs = clock.check()
    if (stepUs !== undefined) late.tap.note(0, clock.now(), 'clock', { stepUs })
  }, CLOCK_CHECK_MS)

  const { code, signal } = await link.over
  clearInterval(ticking)
  steered.end()
  callOff()
  signals.to((name) => process.exit(128 + (system.signals[name] ?? 0)))
  await recorder?.close()
  return { kind: 'exit', code, signal, quiet: link.s2c.received === 0 && !link.leaving }
}

/** Fault rules of this process: those of a file at once, those of the capture when there is one. */
async function steer(
  { faults, seed, name = '', onNotice = () => undefined }: WrapperOptions,
  clock: Clock,
  tap: Tap,
  recorder: () => Recorder | undefined,
): Promise<{ readonly policy: Steering; recording(): void; end(): void }> {
  const file = faults === undefined ? undefined : await readOrSay(faults, onNotice)
  const drawn = seedFor(file, seed)
  const policy = createSteering({
    clock,
    tap,
    name,
    notice: onNotice,
    ended: (rule, why) => recorder()?.control.ruleEnded(rule, why),
    recall: () => recorder()?.control.conversationState() ?? Promise.resolve(null),
    seed: drawn,
  })
  let rulesOfFile = file?.rules
  const put = async (rules: readonly FileRule[]): Promise<void> => {
    rulesOfFile = rules
    await policy.setRules('file', rules)
    await recorder()?.control.setOwnRules('file', rules)
  }
  if (file !== undefined && faults !== undefined) onNotice(inForceText(faults, file, drawn))
  const unfollow = faults === undefined ? undefined : await followRuleFile(faults, file, put, onNotice)
  return {
    policy,
    recording: () => {
      const control = recorder()?.control
      if (control === undefined) return
      followCapture(policy, control, onNotice)
      if (rulesOfFile !== undefined) void control.setOwnRules('file', rulesOfFile)
    },
    end: () => {
      unfollow?.()
      for (const { id, sentence } of policy.end()) onNotice(`Rule ${id} never fired: ${sentence}.`)
    },
  }
}

/** The server runs already: nothing here may stop it. `settled`: called when its thread has started, or has not and will not. */
async function openRecorder(
  options: WrapperOptions,
  settled: () => void = () => undefined,
): Promise<Recorder | undefined> {
  const { db, record, redact, name, onTrouble } = options
  if (db === false) {
    settled()
    return undefined
  }
  const trouble = (error: unknown): void => {
    const known = error instanceof ProxyError ? error : new ProxyError('STORE_OPEN_FAILED', String(error))
    onTrouble({ code: known.code, message: known.message, hint: known.hint })
  }
  try {
    const { beginRecorder, limitsFor } = await import('./recorder/index.ts')
    const path = db ?? (await import('./store/default-path.ts')).defaultCapturePath(process.env, process.platform)
    const { recorder, opened } = beginRecorder({
      db: path,
      workerUrl: new URL(
        import.meta.url.endsWith('.ts') ? '../dist/recorder/thread.js' : './recorder/thread.js',
        import.meta.url,
      ),
      instance: { role: 'stdio', name: name ?? '', url: null, target: targetOf(options), uiPort: null },
      limits: limitsFor(db !== undefined, options),
      ...(record === undefined ? {} : { record }),
      ...(redact === undefined ? {} : { redact }),
    })
    let refused = false
    void opened
      .catch((error: unknown) => {
        refused = true
        trouble(error)
      })
      .finally(settled)
    recorder.onState((state) => {
      if (state.kind === 'lost' && !refused)
        trouble(new ProxyError('STORE_OPEN_FAILED', `Recording stopped: ${state.reason}.`))
      if (state.kind === 'recovered') refused = false
    })
    return recorder
  } catch (error) {
    trouble(error)
    settled()
    return undefined
  }
}

/** A client is waiting for its server: a mistake in a file of rules does not take that away. */
async function readOrSay(path: string, say: (message: string) => void): Promise<RuleFile | undefined> {
  try {
    return await readRuleFile(path, 1)
  } catch (error) {
    if (!(error instanceof ProxyError)) throw error
    say(refusedText(error))
    return undefined
  }
}

interface Signals {
  /** From now on they go there, those that have come already first. */
  to(send: (name: NodeJS.Signals) => void): void
  /** From now on they wait. */
  keep(): void
}

/** Catches the signals that are meant for the server. */
function passSignals(): Signals {
  const early: NodeJS.Signals[] = []
  let send = (name: NodeJS.Signals): void => void early.push(name)
  for (const name of SIGNALS) {
    try {
      process.on(name, () => send(name))
    } catch {
      // not one of this system's
    }
  }
  return {
    to(next) {
      send = next
      for (const name of early.splice(0)) send(name)
    },
    keep() {
      send = (name) => void early.push(name)
    },
  }
}

/** The command line as it may be recorded. */
const recordedArgs = ({ args, redact }: WrapperOptions): readonly string[] =>
  redact?.enabled === false ? args : shownArgs(args)

const targetOf = (options: WrapperOptions): string => [options.command, ...recordedArgs(options)].join(' ')

function infoOf(options: WrapperOptions, startedAt: number, server?: ServerProcess | StartFailure): ConnectionInfo {
  const { command, env } = options
  return {
    transport: 'stdio',
    server: options.server,
    target: targetOf(options),
    clientAddress: '',
    clientPort: 0,
    localAddress: '',
    localPort: 0,
    process: {
      command,
      args: recordedArgs(options),
      cwd: process.cwd(),
      env: Object.keys(env).sort(),
      pid: server !== undefined && 'pid' in server ? server.pid : null,
      startedAt,
    },
  }
}
