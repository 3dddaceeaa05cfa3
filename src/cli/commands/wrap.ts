import type { Change } from '../../config/wrap-text.ts'
import type { WrapReport } from '../../config/wrap-files.ts'
import { CLIENTS, clientPlaces, wrappedListPath } from '../../config/client-places.ts'
import { ProxyError } from '../../errors.ts'
import { filesMeant, machineOf, programFor } from '../client-files.ts'
import { EXIT, type Context, type Verb } from '../context.ts'
import { quoted, tilde } from '../invocation.ts'
import { printable, shortened } from '../printable.ts'
import { tableLines, type Cell } from '../table.ts'
import { countText } from '../units.ts'

interface WrapFlags {
  list?: true
  dryRun?: true
  json?: true
}

const NAMES = Object.keys(CLIENTS).join('|')

/** `mitmcp wrap`: the proxy in front of every server of a client, in the client's own configuration. */
export const wrap: Verb = {
  name: 'wrap',
  offers: [{ have: 'a client, and want all its servers recorded', type: `wrap ${NAMES}` }],
  define(program, context, finish) {
    program
      .command('wrap')
      .description('put the proxy in front of every server in a client’s own configuration')
      .argument('[client]', `${Object.keys(CLIENTS).join(', ')}, or a file with mcpServers`)
      .option('--list', 'which clients there are, and which of their servers are wrapped')
      .option('--dry-run', 'only say what would change')
      .option('--json', 'one line of JSON for each server')
      .action(async (client: string | undefined, flags: WrapFlags) =>
        finish(await (flags.list || client === undefined ? list(flags, context) : put(client, flags, context))),
      )
  },
}

/** `mitmcp unwrap`: takes it out again. */
export const unwrap: Verb = {
  name: 'unwrap',
  offers: [],
  define(program, context, finish) {
    program
      .command('unwrap')
      .description('take the proxy out of a client’s configuration again; other changes made since stay')
      .argument('<client>', `${Object.keys(CLIENTS).join(', ')}, or a file`)
      .option('--dry-run', 'only say what would change')
      .option('--json', 'one line of JSON for each server')
      .action(async (client: string, flags: WrapFlags) => finish(await take(client, flags, context)))
  },
}

const put = async (word: string, flags: WrapFlags, context: Context): Promise<number> => {
  const { wrapFile } = await import('../../config/wrap-files.ts')
  const { client, files } = filesMeant(word, context)
  const listFile = wrappedListPath(machineOf(context))
  const options = { program: programFor(context), list: listFile, dryRun: flags.dryRun === true }
  const reports = eachFile(files, client, options.dryRun, (file, dryRun) => wrapFile(file, { ...options, dryRun }))
  if (flags.json) return told(reports, flags, context)
  const { output, command, env } = context
  const changed = reports.flatMap(({ changes }) => changes.filter(({ state }) => state === 'changed'))
  for (const report of reports) for (const line of reportLines(report, 'is wrapped already', context)) output.line(line)
  if (changed.length === 0) return EXIT.ok
  output.line()
  const count = countText(changed.length, 'server')
  if (flags.dryRun) output.line(`${count} would be wrapped. Nothing was written.`)
  else
    output.line(
      `${count} wrapped. Restart ${client === undefined ? 'the client' : CLIENTS[client]}. Undo it: ${command} unwrap ${quoted(word)}`,
    )
  if (changed.some(({ spelled }) => spelled !== undefined)) {
    output.line(
      `Servers with an address are reached only while this runs: ${command} --config ${quoted(tilde(listFile, env['HOME']))}`,
    )
  }
  return EXIT.ok
}

const take = async (word: string, flags: WrapFlags, context: Context): Promise<number> => {
  const { unwrapFile } = await import('../../config/wrap-files.ts')
  const { client, files } = filesMeant(word, context)
  const options = { list: wrappedListPath(machineOf(context)), dryRun: flags.dryRun === true }
  const reports = eachFile(files, client, options.dryRun, (file, dryRun) => unwrapFile(file, { ...options, dryRun }))
  if (flags.json) return told(reports, flags, context)
  const { output } = context
  for (const report of reports) for (const line of reportLines(report, 'is not wrapped', context)) output.line(line)
  const changed = reports.flatMap(({ changes }) => changes.filter(({ state }) => state === 'changed'))
  if (changed.length === 0) return EXIT.ok
  output.line()
  const count = countText(changed.length, 'server')
  if (flags.dryRun) output.line(`${count} would be unwrapped. Nothing was written.`)
  else output.line(`${count} unwrapped. Restart ${client === undefined ? 'the client' : CLIENTS[client]}.`)
  return EXIT.ok
}

type FileReport = WrapReport & { readonly file: string }

/** All of a client's files or none: what is wrong with one is found before another is written. A file that was named must have servers. */
const eachFile = (
  files: readonly string[],
  client: string | undefined,
  dryRun: boolean,
  work: (file: string, dryRun: boolean) => WrapReport,
): FileReport[] => {
  const tried = files.map((file) => ({ file, ...work(file, true) }))
  const [named] = tried
  if (client === undefined && named?.lists === 0) {
    throw new ProxyError('CONFIG_INVALID', `${named.file} has no list of MCP servers.`, {
      hint: 'It is under mcpServers, or under servers as VS Code has it. Nothing was changed.',
    })
  }
  return dryRun ? tried : files.map((file) => ({ file, ...work(file, false) }))
}

const told = (reports: readonly FileReport[], { dryRun }: WrapFlags, { output }: Context): number => {
  for (const { file, backup, changes } of reports) {
    for (const { name, state, before, after, why } of changes) {
      output.json({
        file,
        name,
        state,
        before,
        after,
        ...(why === undefined ? {} : { why }),
        backup,
        dryRun: dryRun === true,
      })
    }
  }
  return EXIT.ok
}

/** Long commands are cut: the file has them whole. */
const MOST = 100

const reportLines = ({ file, changes, backup }: FileReport, idle: string, { output, env }: Context): string[] => {
  const cut = (text: string): string => shortened(printable(text), MOST)
  const lines = changes.flatMap(({ name, state, before, after, why }: Change) => {
    const label = `  ${output.paint('strong', printable(name))}`
    if (state === 'already') return [`${label} ${idle}`]
    if (state === 'skipped') return [`${label} is left as it is: ${why}`]
    return [
      label,
      `    ${output.paint('dim', 'was')} ${cut(before)}`,
      `    ${output.paint('dim', 'now')} ${cut(after)}`,
    ]
  })
  const home = env['HOME']
  return [
    tilde(file, home),
    ...(lines.length === 0 ? ['  has no servers'] : lines),
    ...(backup === undefined ? [] : [`  As it was: ${tilde(backup, home)}`]),
  ]
}

const list = async ({ json }: WrapFlags, context: Context): Promise<number> => {
  const { wrappedState } = await import('../../config/wrap-files.ts')
  const { output, env, command } = context
  const machine = machineOf(context)
  const { existsSync } = await import('node:fs')
  const rows: (Cell | string)[][] = []
  for (const { client, file } of clientPlaces(machine).filter((place) => existsSync(place.file))) {
    let servers: { name: string; wrapped: boolean }[] = []
    let problem: string | undefined
    try {
      servers = wrappedState(file, wrappedListPath(machine))
    } catch (error) {
      if (!(error instanceof ProxyError)) throw error
      problem = error.message
    }
    if (json) output.json({ client, file, servers, ...(problem === undefined ? {} : { problem }) })
    const named = (wrapped: boolean): string =>
      servers.flatMap((server) => (server.wrapped === wrapped ? [printable(server.name)] : [])).join(', ')
    const [open, behind] = [named(false), named(true)]
    rows.push([CLIENTS[client], tilde(file, env['HOME']), behind || '-', problem === undefined ? open || '-' : problem])
  }
  if (json) return EXIT.ok
  if (rows.length === 0) output.line(`None of ${Object.values(CLIENTS).join(', ')} has a list of servers here.`)
  else for (const line of tableLines(['Client', 'File', 'Wrapped', 'Not wrapped'], rows, output)) output.line(line)
  output.line()
  output.line(`Wrap one: ${command} wrap <client>, or any file with mcpServers: ${command} wrap <file>`)
  return EXIT.ok
}
