import type { Names } from './edits.ts'

/** All spellings by which a client may have meant a listener: on `host` as given, bound to `address` and `port`. */
export function ownNames(host: string, address: string, port: number, publicUrl?: URL): Omit<Names, 'upstream'> {
  const hosts = new Set([host.toLowerCase(), address, 'localhost', '127.0.0.1', '::1'])
  const own = new Set<string>()
  for (const name of hosts) own.add(`${name.includes(':') ? `[${name}]` : name}:${port}`)
  return {
    own,
    ownAuthority: `${host.includes(':') ? `[${host}]` : host}:${port}`,
    ownScheme: 'http:',
    publicUrl,
  }
}
