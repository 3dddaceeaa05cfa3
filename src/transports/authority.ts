/**
 * The local certificate authority: opens TLS for clients that trust it. Its key never leaves the folder (mode 0600); the
 * certificates it signs, one for each host, live in memory.
 */
import { createPrivateKey, randomBytes, webcrypto, X509Certificate } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls'
import { ProxyError } from '../errors.ts'

/** What clients have to trust. */
export interface AuthorityCertificate {
  readonly pem: string
  /** File with the certificate alone. */
  readonly file: string
  /** File with the certificate and the usual roots, for programs that take one list of all they trust. */
  readonly bundle: string
  /** SHA-256, as certificate viewers show it. */
  readonly fingerprint: string
  readonly validTo: Date
}

export interface Authority extends AuthorityCertificate {
  /** What to speak TLS with as that host. Made on first use, then from memory. */
  contextFor(host: string): Promise<SecureContext>
}

const KEY_FILE = 'authority.pem'
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY_MS = 86_400_000
const AUTHORITY_DAYS = 3650
/** Some clients refuse certificates valid for more than 398 days. */
const LEAF_DAYS = 90
/** Hosts kept in memory; beyond it the oldest is made anew when it comes again. */
const HOSTS = 1000

/** Opens the authority in `folder`, made there if there is none. Throws `AUTHORITY_INVALID`. */
export async function openAuthority(folder: string): Promise<Authority> {
  const certificate = await ensureAuthority(folder)
  const pem = readFileSync(join(folder, KEY_FILE), 'utf8')
  const x509 = await library()
  const issuer = new x509.X509Certificate(certificate.pem)
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' })
  const signingKey = await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign'])
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const key = await privatePem(keys.privateKey)

  const sign = async (host: string): Promise<SecureContext> => {
    const leaf = await x509.X509CertificateGenerator.create({
      ...validFor(LEAF_DAYS),
      subject: [{ CN: [host.length <= 64 ? host : 'mitmcp'] }],
      issuer: issuer.subject,
      publicKey: keys.publicKey,
      signingKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.1']),
        new x509.SubjectAlternativeNameExtension([{ type: isIP(host) === 0 ? 'dns' : 'ip', value: host }]),
        await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ],
    })
    return createSecureContext({ key, cert: `${leaf.toString('pem')}\n${certificate.pem}` })
  }
  return { ...certificate, contextFor: remembered(sign) }
}

/** The certificate in `folder`; authority and files are made where they are missing. Throws `AUTHORITY_INVALID`. */
export async function ensureAuthority(folder: string): Promise<AuthorityCertificate> {
  try {
    return read(folder) ?? (await make(folder)) ?? read(folder) ?? unreadable(folder)
  } catch (error) {
    if (error instanceof ProxyError) throw error
    return unreadable(folder, error)
  }
}

function unreadable(folder: string, cause?: unknown): never {
  const why = cause === undefined ? '' : `: ${(cause as Error).message}`
  throw new ProxyError('AUTHORITY_INVALID', `The certificate authority in ${folder} cannot be used${why}.`, {
    hint: 'Remove that folder, and a new authority is made; its certificate has to be trusted anew.',
    cause,
  })
}

function read(folder: string): AuthorityCertificate | undefined {
  let text: string
  try {
    text = readFileSync(join(folder, KEY_FILE), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const certificate = new X509Certificate(text)
  if (!certificate.checkPrivateKey(createPrivateKey(text)))
    throw new Error('key and certificate do not belong together')
  const validTo = new Date(certificate.validTo)
  if (validTo.getTime() < Date.now()) throw new Error(`it expired on ${certificate.validTo}`)
  const pem = certificate.toString()
  const file = join(folder, 'mitmcp-ca.pem')
  const bundle = join(folder, 'with-usual-roots.pem')
  keep(file, pem)
  keep(bundle, [pem.trimEnd(), ...rootCertificates, ''].join('\n'))
  return { pem, file, bundle, fingerprint: certificate.fingerprint256, validTo }
}

/** Public files: written when they are missing or differ. */
function keep(file: string, text: string): void {
  try {
    if (readFileSync(file, 'utf8') === text) return
  } catch {
    // missing
  }
  writeFileSync(file, text, { mode: 0o644 })
}

/** Undefined when another process was first. */
async function make(folder: string): Promise<AuthorityCertificate | undefined> {
  const x509 = await library()
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validFor(AUTHORITY_DAYS),
    name: [{ CN: [`mitmcp on ${hostname()}`.slice(0, 64)] }, { O: ['mitmcp, local debugging proxy'] }],
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const made = join(folder, `.${process.pid}-${randomBytes(4).toString('hex')}`)
  writeFileSync(made, `${await privatePem(keys.privateKey)}${certificate.toString('pem')}\n`, { mode: 0o600 })
  try {
    linkSync(made, join(folder, KEY_FILE))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(made)
  }
  return read(folder)
}

/** A day back: clocks differ. */
function validFor(days: number): { serialNumber: string; notBefore: Date; notAfter: Date } {
  const serialNumber = `00${randomBytes(15).toString('hex')}`
  return { serialNumber, notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + days * DAY_MS) }
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key))
  return createPrivateKey({ key: der, type: 'pkcs8', format: 'der' })
    .export({ type: 'pkcs8', format: 'pem' })
    .toString()
}

/** One context a host, until a day before its certificate ends. */
function remembered(sign: (host: string) => Promise<SecureContext>): (host: string) => Promise<SecureContext> {
  const known = new Map<string, { context: Promise<SecureContext>; until: number }>()
  return (host) => {
    const name = host.toLowerCase()
    const found = known.get(name)
    if (found !== undefined && found.until > Date.now()) return found.context
    if (known.size >= HOSTS) for (const first of known.keys()) if (known.delete(first)) break
    const context = sign(name)
    known.set(name, { context, until: Date.now() + (LEAF_DAYS - 1) * DAY_MS })
    context.catch(() => known.delete(name))
    return context
  }
}

/** Loaded when first needed: a third of a second. */
async function library() {
  // the library's container of services wants it
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.CryptoProvider.prototype.set>[1])
  return x509
}
