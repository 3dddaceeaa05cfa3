import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dialOptions } from '../../src/proxy/reach.ts'
import { makeIdentity } from '../support/certificates.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'mitmcp-test-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

describe('how upstreams are reached', () => {
  it('is straight, verified by the usual authorities, unless something else is said', () => {
    expect(dialOptions({})).toEqual({ insecure: false })
  })

  it('goes through a proxy but for the hosts that are exempt', () => {
    const { via } = dialOptions({ upstreamProxy: 'http://p.test:1', noProxy: 'a.test' })
    expect(via?.('b.test', 80)).toMatchObject({ host: 'p.test', port: 1 })
    expect(via?.('a.test', 80)).toBeUndefined()
  })

  it('takes certificate and key from one file, or from two', async () => {
    const { cert, key } = await makeIdentity()
    const both = file('both.pem', `${cert}\n${key}`)
    expect(dialOptions({ clientCert: both }).secureContext).toBeDefined()
    const clientKey = file('key.pem', key)
    expect(dialOptions({ clientCert: file('cert.pem', cert), clientKey }).secureContext).toBeDefined()
  })

  it.each([
    ['a file that is not there', () => ({ ca: '/nowhere/ca.pem' }), /--ca cannot be read/],
    ['a file without certificate', () => ({ ca: file('ca.pem', 'x') }), /no certificate in it/],
    ['a key without certificate', () => ({ clientKey: file('key.pem', 'x') }), /without its certificate/],
    ['a certificate that is none', () => ({ clientCert: file('cert.pem', 'x') }), /cannot be used for TLS/],
    ['a proxy that is none', () => ({ upstreamProxy: 'socks5://x:1' }), /not the URL of a proxy/],
  ])('is refused for %s', (_what, settings, told) => {
    expect(() => dialOptions(settings())).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }))
    expect(() => dialOptions(settings())).toThrow(told)
  })

  it('is refused for a key of another certificate', async () => {
    const [one, other] = [await makeIdentity(), await makeIdentity()]
    const settings = { clientCert: file('cert.pem', one.cert), clientKey: file('key.pem', other.key) }
    expect(() => dialOptions(settings)).toThrow(/cannot be used for TLS/)
  })
})
