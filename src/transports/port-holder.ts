/** Who listens on a port of this machine, for the message that it is taken. */
import { readdir, readFile, readlink } from 'node:fs/promises'

/**
 * Command and pid of the process that listens on `port`, e.g. `node server.js (pid 4711)`. Undefined where it cannot be known:
 * not on Linux, nobody listens, or the process is another user's. Reads `/proc` (proc(5)); `root` is for tests.
 */
export async function portHolder(port: number, root = '/proc'): Promise<string | undefined> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`${root}/net/${name}`, 'utf8').catch(() => '')),
  )
  const inodes = new Set(tables.flatMap((table) => listeners(table, port)))
  if (inodes.size === 0) return undefined
  const names = await readdir(root).catch(() => [])
  for (const pid of names.filter((name) => /^\d+$/.test(name))) {
    if (!(await holdsSocket(`${root}/${pid}/fd`, inodes))) continue
    const command = await readFile(`${root}/${pid}/cmdline`, 'utf8').catch(() => '')
    return `${readable(command)} (pid ${pid})`
  }
  return undefined
}

/** Inodes of the sockets in state LISTEN (0A) on `port`; the local address is the second column, its port in hex. */
function listeners(table: string, port: number): string[] {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === '0A' && local?.endsWith(ending))
    .flatMap((columns) => columns[9] ?? [])
}

async function holdsSocket(folder: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const descriptors = await readdir(folder).catch(() => [])
  for (const descriptor of descriptors) {
    const link = await readlink(`${folder}/${descriptor}`).catch(() => '')
    if (inodes.has(/^socket:\[(\d+)\]$/.exec(link)?.[1] ?? '')) return true
  }
  return false
}

/** Arguments are separated by NUL. Control characters of another's command line have no business in our message. */
function readable(command: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is taken out
  const text = command.replace(/[\x00-\x1f\x7f]+/g, ' ').trim()
  return text.length > 80 ? `${text.slice(0, 79)}…` : text || 'a process'
}
