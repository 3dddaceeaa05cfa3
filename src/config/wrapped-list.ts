/** What `wrap` remembers: the servers it stands before, on which ports, and what stood there. It is a configuration file of ours, too. */
import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { ProxyError } from '../errors.ts'
import { replaceFile } from './replace-file.ts'

const entry = z.strictObject({
  /** The client's file, links followed. */
  file: z.string(),
  path: z.array(z.string()),
  /** Of a server with an address: ours, its own as a value and as it was spelled, and the port that stands for it. */
  http: z
    .strictObject({ port: z.int().min(1).max(65_535), ours: z.string(), url: z.string(), spelled: z.string() })
    .optional(),
  /** Of a command: whether it had no list of arguments. */
  bare: z.boolean().optional(),
})

const list = z.strictObject({
  '//': z.string(),
  wrapped: z.array(entry),
  /** The copy of each file as it was before. */
  backups: z.record(z.string(), z.string()),
})

export type WrappedEntry = z.infer<typeof entry>
export type WrappedList = z.infer<typeof list>

const ABOUT = 'Written by mitmcp wrap, read by mitmcp unwrap. The proxies of these servers: mitmcp --config <this file>'

/** The first port given to a wrapped server. */
const FIRST_PORT = 6301

/** What was written down; an empty list where there is none. Throws `CONFIG_INVALID` when it is damaged. */
export const loadWrapped = (file: string): WrappedList => {
  let text
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { '//': ABOUT, wrapped: [], backups: {} }
    throw error
  }
  try {
    return list.parse(JSON.parse(text))
  } catch (cause) {
    throw new ProxyError('CONFIG_INVALID', `${file} is damaged, so it is not known what was wrapped.`, {
      hint: 'Move it away; unwrap then takes addresses from the .bak beside the file of the client.',
      cause,
    })
  }
}

/** Writes it (mode 0600, its folder 0700), or removes it when nothing is wrapped. */
export const saveWrapped = (file: string, wrapped: WrappedList): void => {
  if (wrapped.wrapped.length === 0 && Object.keys(wrapped.backups).length === 0) {
    rmSync(file, { force: true })
    return
  }
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  replaceFile(file, Buffer.from(`${JSON.stringify(wrapped, null, 2)}\n`))
  chmodSync(file, 0o600)
}

/** The port that stands for a server: the one it has already, in any file, else the next that none has. */
export const portFor = (entries: readonly WrappedEntry[], name: string, url: string): number => {
  const known = entries.find(({ path, http }) => http?.url === url && path.at(-1) === name)
  if (known?.http !== undefined) return known.http.port
  const taken = new Set(entries.map(({ http }) => http?.port))
  let port = FIRST_PORT
  while (taken.has(port)) port++
  return port
}

/** The servers of the list that are reached at an address, for the configuration: one for each port. Undefined for any other file. */
export const wrappedServers = (
  value: unknown,
): { readonly name: string; readonly url: string; readonly port: number; readonly file: string }[] | undefined => {
  const parsed = list.safeParse(value)
  if (!parsed.success) return undefined
  const ports = new Set<number>()
  return parsed.data.wrapped.flatMap(({ file, path, http }) => {
    if (http === undefined || ports.has(http.port)) return []
    ports.add(http.port)
    return [{ name: path.at(-1) ?? '', url: http.url, port: http.port, file }]
  })
}
