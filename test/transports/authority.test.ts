import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer, type TLSSocket } from 'node:tls'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ensureAuthority, openAuthority, type Authority } from '../../src/transports/authority.ts'

let base: string
let folder: string
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'mitmcp-test-'))
  folder = join(base, 'authority')
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

describe('the local authority', () => {
  it('is made on first use, its key for its owner only, and found again', async () => {
    const first = await ensureAuthority(folder)
    const again = await ensureAuthority(folder)
    expect(again).toEqual(first)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(statSync(join(folder, 'authority.pem')).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder).toSorted()).toEqual(['authority.pem', 'mitmcp-ca.pem', 'with-usual-roots.pem'])
    expect(readFileSync(first.file, 'utf8')).not.toContain('PRIVATE KEY')
    expect(readFileSync(first.bundle, 'utf8')).not.toContain('PRIVATE KEY')
  })

  it('is a certificate authority that may sign for servers only at the end of a chain', async () => {
    const { pem, validTo } = await ensureAuthority(folder)
    const certificate = new X509Certificate(pem)
    expect(certificate.ca).toBe(true)
    expect(certificate.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' })
    expect(validTo.getTime()).toBeGreaterThan(Date.now() + 9 * 365 * 86_400_000)
  })

  it('is one and the same for those who make it at the same time', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => ensureAuthority(folder)))
    expect(new Set(made.map(({ fingerprint }) => fingerprint)).size).toBe(1)
    expect(readdirSync(folder)).toHaveLength(3)
  })

  it('is not replaced when it cannot be read: that would break everybody’s trust unasked', async () => {
    await ensureAuthority(folder)
    writeFileSync(join(folder, 'authority.pem'), 'no certificate')
    await expect(ensureAuthority(folder)).rejects.toMatchObject({ code: 'AUTHORITY_INVALID', hint: /Remove/ })
    expect(readFileSync(join(folder, 'authority.pem'), 'utf8')).toBe('no certificate')
  })

  it('says so when its folder cannot be made', async () => {
    writeFileSync(folder, '')
    await expect(ensureAuthority(folder)).rejects.toMatchObject({ code: 'AUTHORITY_INVALID' })
  })
})

describe('certificates of hosts', () => {
  it.each(['example.test', '127.0.0.1', '::1', 'under_score.test', `${'a'.repeat(60)}.${'b'.repeat(60)}.test`])(
    'make a client that trusts the authority believe to speak with %s',
    async (host) => {
      const authority = await openAuthority(folder)
      const seen = await handshake(authority, host)
      expect(seen).toBe('authorized')
    },
  )

  it('are accepted by OpenSSL in its strictest mood', async () => {
    const authority = await openAuthority(folder)
    const leaf = await leafOf(authority, 'example.test')
    const file = join(base, 'leaf.pem')
    writeFileSync(file, leaf.toString())
    const told = execFileSync('openssl', [
      'verify',
      '-x509_strict',
      '-purpose',
      'sslserver',
      '-CAfile',
      authority.file,
      file,
    ])
    expect(told.toString()).toMatch(/: OK/)
  })

  it('are made once for each host', async () => {
    const authority = await openAuthority(folder)
    expect(authority.contextFor('a.test')).toBe(authority.contextFor('A.test'))
    expect(authority.contextFor('a.test')).not.toBe(authority.contextFor('b.test'))
  })

  it('are not believed by a client that does not trust the authority', async () => {
    const authority = await openAuthority(folder)
    expect(await handshake(authority, 'example.test', '')).toMatch(/self.signed|issuer/i)
  })
})

async function server(authority: Authority, host: string): Promise<{ port: number; close(): void }> {
  const context = await authority.contextFor(host)
  const listener = createServer({ SNICallback: (_name, found) => found(null, context) }, (socket) =>
    socket.on('error', () => undefined),
  )
  listener.on('tlsClientError', () => undefined)
  listener.addContext('*', context)
  ;(listener as unknown as { _sharedCreds: unknown })._sharedCreds = context
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  return { port: (listener.address() as AddressInfo).port, close: () => listener.close() }
}

async function connected(authority: Authority, host: string, ca: string): Promise<TLSSocket | Error> {
  const { port, close } = await server(authority, host)
  const name = /^[\d.]+$|:/.test(host) ? {} : { servername: host }
  const socket = connect({
    port,
    host: '127.0.0.1',
    ...name,
    checkServerIdentity: check(host),
    ...(ca === '' ? {} : { ca }),
  })
  return await new Promise((resolve) => {
    socket.once('secureConnect', () => resolve(socket)).once('error', resolve)
    socket.once('close', close)
  })
}

/** By the name it is for, not by the address it is reached at. */
const check = (host: string) => (_name: string, certificate: { raw: Buffer }) => {
  const leaf = new X509Certificate(certificate.raw)
  const fits = /^[\d.]+$|:/.test(host) ? leaf.checkIP(host) : leaf.checkHost(host)
  return fits === undefined ? new Error(`not for ${host}: ${leaf.subjectAltName}`) : undefined
}

async function handshake(authority: Authority, host: string, ca = authority.pem): Promise<string> {
  const socket = await connected(authority, host, ca)
  if (socket instanceof Error) return socket.message
  const told = socket.authorized ? 'authorized' : String(socket.authorizationError)
  socket.destroy()
  return told
}

async function leafOf(authority: Authority, host: string): Promise<X509Certificate> {
  const socket = await connected(authority, host, authority.pem)
  if (socket instanceof Error) throw socket
  const leaf = new X509Certificate(socket.getPeerCertificate().raw)
  socket.destroy()
  return leaf
}
