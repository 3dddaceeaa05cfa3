/** Wraps and unwraps the files of clients: what `wrap-text` decides, written safely, with a copy beside. */
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs'
import { ProxyError } from '../errors.ts'
import { ownCommand, serverNodes, wordsOf } from './server-nodes.ts'
import { replaceFile } from './replace-file.ts'
import { unwrapText, wrapText, type Change } from './wrap-text.ts'
import { loadWrapped, portFor, saveWrapped, type WrappedEntry, type WrappedList } from './wrapped-list.ts'

export interface WrapOptions {
  /** What is started in the place of a server's command. */
  readonly program: readonly string[]
  /** Where the list of what is wrapped is kept. */
  readonly list: string
  /** Write nothing. */
  readonly dryRun: boolean
}

/** What was done, or with `dryRun` would be. */
export interface WrapReport {
  readonly changes: readonly Change[]
  /** How many lists of servers the file has; without any there is nothing to wrap. */
  readonly lists: number
  /** The copy of the file as it was: made by `wrap`, or still there after `unwrap` because the file was changed since. */
  readonly backup: string | undefined
}

/** Puts the proxy in front of every server of a file. Throws `CONFIG_INVALID`; then nothing was written. */
export const wrapFile = (file: string, { program, list: listFile, dryRun }: WrapOptions): WrapReport => {
  const { real, bytes, text, lists } = readServers(file)
  const list = loadWrapped(listFile)
  // of this file only what it still holds counts
  const others = list.wrapped.filter((entry) => entry.file !== real)
  const entries = [...list.wrapped]
  const before = originals(list, real, list.backups[real] ?? `${file}.bak`)
  const { text: next, changes } = wrapText(text, {
    program,
    addressFor: (name, url) => {
      const [, scheme, rest] = /^(http|ws)s?:\/\/[^/?#]+(.*)$/s.exec(url) ?? []
      if (scheme === undefined || rest === undefined) return undefined
      const port = portFor(entries, name, url)
      entries.push({ file: real, path: [name], http: { port, ours: '', url, spelled: '' } })
      return `${scheme}://127.0.0.1:${port}${rest}`
    },
    isOurs: (url, path) => before.originalOf(path, url) !== undefined,
  })
  const made = changes.filter(({ state }) => state === 'changed')
  if (made.length === 0) return { changes, lists, backup: list.backups[real] }
  const known = list.backups[real]
  const kept = known !== undefined && existsSync(known) ? known : undefined
  const backup = kept ?? freeBackup(file, bytes)
  if (dryRun) return { changes, lists, backup }
  if (kept === undefined) copyBeside(real, backup)
  const still = list.wrapped.filter(
    (entry) => entry.file === real && changes.some(({ path, state }) => state === 'already' && same(path, entry.path)),
  )
  saveWrapped(listFile, {
    ...list,
    wrapped: [...others, ...still, ...made.map((change) => entryOf(change, real))],
    backups: { ...list.backups, [real]: backup },
  })
  replaceFile(real, Buffer.from(next), bytes)
  return { changes, lists, backup }
}

/** Takes the proxy out of a file again; changes made since stay. Throws `CONFIG_INVALID`; then nothing was written. */
export const unwrapFile = (file: string, { list: listFile, dryRun }: Omit<WrapOptions, 'program'>): WrapReport => {
  const { real, bytes, text, lists } = readServers(file)
  const list = loadWrapped(listFile)
  const backup = list.backups[real] ?? (existsSync(`${file}.bak`) ? `${file}.bak` : undefined)
  const { text: next, changes } = unwrapText(text, originals(list, real, backup))
  const after = Buffer.from(next)
  const obsolete = backup !== undefined && existsSync(backup) && readFileSync(backup).equals(after)
  if (dryRun) return { changes, lists, backup: obsolete ? undefined : backup }
  if (changes.some(({ state }) => state === 'changed')) replaceFile(real, after, bytes)
  const registered = list.backups[real] !== undefined || list.wrapped.some((entry) => entry.file === real)
  if (registered) {
    const backups = Object.fromEntries(Object.entries(list.backups).filter(([path]) => path !== real))
    saveWrapped(listFile, { ...list, wrapped: list.wrapped.filter((entry) => entry.file !== real), backups })
    if (obsolete) rmSync(backup, { force: true })
  }
  return { changes, lists, backup: obsolete && registered ? undefined : backup }
}

/** Servers of a file, and which of them have the proxy in front. */
export const wrappedState = (
  file: string,
  listFile: string,
): { readonly name: string; readonly wrapped: boolean }[] => {
  const { text } = readServers(file)
  const { wrapped } = loadWrapped(listFile)
  const ours = new Set(wrapped.flatMap(({ http }) => (http === undefined ? [] : [originOf(http.ours)])))
  return serverNodes(text).nodes.map((node) => ({
    name: node.name,
    wrapped:
      node.url === undefined ? ownCommand(wordsOf(node)) !== undefined : ours.has(originOf(String(node.url.value))),
  }))
}

const readServers = (file: string): { real: string; bytes: Buffer; text: string; lists: number } => {
  let real
  let bytes
  try {
    real = realpathSync(file)
    bytes = readFileSync(real)
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException
    const why = { ENOENT: 'there is no such file', EACCES: 'permission denied', EISDIR: 'it is a folder' }[code] ?? code
    throw new ProxyError('CONFIG_INVALID', `${file} cannot be read: ${why}.`, {
      hint: 'Name the file of a client, or the client: `mitmcp wrap --list` shows what there is.',
      cause,
    })
  }
  const text = bytes.toString('utf8')
  if (!Buffer.from(text).equals(bytes)) throw invalid(file, 'is not in UTF-8')
  const { errors, maps } = serverNodes(text.replace(/^\uFEFF/, ''))
  const [mistake] = errors
  if (mistake !== undefined) throw invalid(`${file}:${mistake.line}:${mistake.column}`, mistake.message)
  return { real, bytes, text, lists: maps }
}

const invalid = (place: string, why: string): ProxyError =>
  new ProxyError('CONFIG_INVALID', `${place} ${why}.`, { hint: 'Nothing was changed.' })

const entryOf = ({ path, before, after, spelled, bare }: Change, file: string): WrappedEntry => ({
  file,
  path: [...path],
  ...(spelled === undefined
    ? { bare: bare === true }
    : { http: { port: Number(new URL(after).port), ours: after, url: before, spelled } }),
})

const same = (a: readonly string[], b: readonly string[]): boolean => JSON.stringify(a) === JSON.stringify(b)

const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : url)

/** What stood there, from the list; without it, from the copy beside. */
const originals = ({ wrapped }: WrappedList, real: string, backup: string | undefined) => {
  const entryAt = (path: readonly string[]): WrappedEntry | undefined =>
    wrapped.find((entry) => entry.file === real && same(entry.path, path))
  const copied = (): Copied[] =>
    backup === undefined || !existsSync(backup) ? [] : addressesIn(readFileSync(backup, 'utf8'))
  return {
    wasBare: (path: readonly string[]) => entryAt(path)?.bare,
    originalOf(path: readonly string[], now: string): { url: string; spelled: string } | undefined {
      // an entry that was renamed since is known by its port
      const http =
        entryAt(path)?.http ?? wrapped.find((entry) => originOf(entry.http?.ours ?? '') === originOf(now))?.http
      if (http !== undefined && originOf(http.ours) === originOf(now)) {
        return now === http.ours ? http : moved(http.url, now)
      }
      if (http !== undefined || !/^(http|ws):\/\/127\.0\.0\.1:63\d\d(\/|$)/.test(now)) return undefined
      const found = copied().find((one) => same(one.path, path))
      return found === undefined || found.url === now ? undefined : found
    },
  }
}

/** Its own address again, with the path it was given since. */
const moved = (url: string, now: string): { url: string; spelled: string } => {
  const { pathname, search, hash } = new URL(now)
  const next = `${/^(http|ws)s?:\/\/[^/?#]+/.exec(url)?.[0] ?? ''}${pathname}${search}${hash}`
  return { url: next, spelled: JSON.stringify(next) }
}

interface Copied {
  readonly path: readonly string[]
  readonly url: string
  readonly spelled: string
}

const addressesIn = (text: string): Copied[] => {
  const plain = text.replace(/^\uFEFF/, '')
  return serverNodes(plain).nodes.flatMap(({ path, url }) =>
    url === undefined
      ? []
      : [{ path, url: String(url.value), spelled: plain.slice(url.offset, url.offset + url.length) }],
  )
}

/** The name of the copy: beside the file as it was named. A copy of somebody else, or of an earlier time, is not written over. */
const freeBackup = (file: string, bytes: Buffer): string => {
  for (let n = 1; ; n++) {
    const name = n === 1 ? `${file}.bak` : `${file}.bak-${n}`
    if (!existsSync(name) || readFileSync(name).equals(bytes)) return name
  }
}

/** A copy with the mode of the file, made before the file is touched. */
const copyBeside = (real: string, backup: string): void => {
  if (existsSync(backup)) return
  closeSync(openSync(backup, 'wx', statSync(real).mode & 0o7777))
  copyFileSync(real, backup, constants.COPYFILE_FICLONE)
}
