import { accessSync, closeSync, constants, openSync, readSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { readEnvironment } from '../config/environment.ts'
import { ProxyError } from '../errors.ts'
import type { StartFailure } from '../transports/server-process.ts'
import { wrapServer, type WrapperEnd, type WrapperOptions } from '../wrapper.ts'
import { commandName } from './command-name.ts'
import { reportFailure } from './failure.ts'
import { createOutput, type Output } from './output.ts'
import { raiseSignal } from './raise-signal.ts'
import { wrapFlags, type WrapFlags, type WrappedCommand } from './wrapped-command.ts'

type Env = Readonly<Record<string, string | undefined>>

/** What a shell says of a command that is not there, and of one that cannot be run. */
const NOT_FOUND = 127
const NOT_EXECUTABLE = 126

/** Runs a wrapped server in this process, which ends as the server does. Nothing of ours ever reaches stdout. */
export const wrapProcess = async ({ flags, command: [command, ...args] }: WrappedCommand): Promise<void> => {
  const output = createOutput({ stdout: { write: () => undefined }, stderr: process.stderr, env: process.env })
  process.stderr.on('error', () => undefined)
  const fail = (error: unknown): number => reportFailure(error, output, 'mitmcp')
  process.on('uncaughtException', (error) => process.exit(fail(error)))
  if (command === undefined) process.exit(fail(noCommand()))
  let options: WrapperOptions
  try {
    options = wrapperOptions(wrapFlags(flags), command, args, process.env, (trouble) => say(output, trouble))
    options = { ...options, onNotice: (message) => output.note(`mitmcp: ${message}`) }
  } catch (error) {
    process.exit(fail(error))
  }
  const end = await wrapServer(options).catch((error: unknown) => process.exit(fail(error)))
  if (end.kind === 'failed') {
    const { error, code } = startError(end.failure, command, process.env)
    fail(error)
    process.exit(code)
  }
  const exited = exitNote(end)
  if (exited !== undefined) fail(exited)
  if (end.signal !== null) raiseSignal(end.signal)
  process.exit(end.code ?? process.exitCode ?? 1)
}

/** Flags over `MITMCP_DB`. The guide's `MCP_*` names belong to the server. */
export const wrapperOptions = (
  flags: WrapFlags,
  command: string,
  args: readonly string[],
  env: Env,
  onTrouble: WrapperOptions['onTrouble'],
): WrapperOptions => {
  const ours = Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('MITMCP_')))
  const said = readEnvironment(ours).settings
  const db = flags.db ?? said.db
  const redact = {
    ...(flags.noRedact === true ? { enabled: false } : {}),
    ...(flags.redactKeys === undefined ? {} : { keys: flags.redactKeys }),
    ...(flags.redactPaths === undefined ? {} : { paths: flags.redactPaths }),
    ...(flags.redactValues === undefined ? {} : { values: flags.redactValues }),
    ...(flags.redactKeyFile === undefined ? {} : { keyFile: flags.redactKeyFile }),
  }
  return {
    command,
    args,
    env,
    server: flags.name ?? commandName(command, args),
    ...(flags.name === undefined ? {} : { name: flags.name }),
    ...(db === undefined ? {} : { db }),
    ...(said.maxSize === undefined ? {} : { maxBytes: said.maxSize }),
    ...(said.maxAge === undefined ? {} : { maxAgeMs: said.maxAge }),
    ...(flags.record === undefined ? {} : { record: flags.record }),
    ...(flags.faults === undefined ? {} : { faults: flags.faults }),
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    redact,
    onTrouble,
  }
}

const noCommand = (): ProxyError =>
  new ProxyError('OPTION_INVALID', 'There is no server command behind "--".', {
    hint: 'Give the command that starts the server: mitmcp stdio -- node server.js',
  })

const say = (output: Output, { code, message, hint }: { code: string; message: string; hint: string }): void => {
  output.note(`mitmcp does not record: ${message} [${code}] The server works all the same.`)
  if (hint !== '') output.note(` hint ${hint}`)
}

/** What is wrong with a command that could not be started, and the exit code a shell would give. */
export const startError = (
  { code, message }: StartFailure,
  command: string,
  env: Env,
): { error: ProxyError; code: number } => {
  if (code === 'ENOENT') {
    const interpreter = interpreterOf(command, env)
    const missing =
      interpreter === undefined
        ? `There is no command "${command}".`
        : `"${command}" is to be run by ${interpreter}, which is not there.`
    const where = command.includes('/')
      ? 'Check the path; it is taken from the folder the client starts it in.'
      : 'Is it installed, and is its folder in the PATH of the client? Clients often have another PATH than your shell: give the whole path.'
    return { error: new ProxyError('COMMAND_NOT_FOUND', missing, { hint: where }), code: NOT_FOUND }
  }
  if (code === 'EACCES' || code === 'ENOEXEC' || code === 'EISDIR') {
    const error = new ProxyError('COMMAND_NOT_EXECUTABLE', `"${command}" cannot be run: it is not executable.`, {
      hint: `Put what runs it before it (node, python, …), or make it executable: chmod +x ${command}`,
    })
    return { error, code: NOT_EXECUTABLE }
  }
  const error = new ProxyError('COMMAND_NOT_EXECUTABLE', `"${command}" cannot be started: ${message}.`)
  return { error, code: NOT_EXECUTABLE }
}

/** The interpreter that a script names in its first line, where there is such a script. */
const interpreterOf = (command: string, env: Env): string | undefined => {
  const places = command.includes('/')
    ? [command]
    : (env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, command))
  for (const place of places) {
    try {
      accessSync(place, constants.X_OK)
      const file = openSync(place, 'r')
      const start = Buffer.alloc(256)
      readSync(file, start)
      closeSync(file)
      return /^#! *(\S+)/.exec(start.toString('latin1'))?.[1]
    } catch {
      continue
    }
  }
  return undefined
}

/** Said of a server that failed before it wrote anything to its stdout. */
const exitNote = ({ code, signal, quiet }: Extract<WrapperEnd, { kind: 'exit' }>): ProxyError | undefined => {
  if (!quiet || code === 0) return undefined
  const how = signal === null ? `with code ${code}` : `by ${signal}`
  return new ProxyError('SERVER_EXITED', `The server ended ${how} before it answered anything.`, {
    hint: 'What it wrote to stderr says more: mitmcp show',
  })
}
