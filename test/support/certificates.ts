/** Certificates of every kind, made when a test asks. */
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'

export interface Identity {
  readonly key: string
  /** PEM, without its issuer. */
  readonly cert: string
}

export interface Wanted {
  /** Default: localhost and 127.0.0.1. */
  names?: readonly string[]
  /** Validity, in days from now. Default -1 to 30. */
  from?: number
  to?: number
  /** Default: the certificate signs itself. */
  issuer?: Issuer
  clientAuth?: boolean
}

export interface Issuer extends Identity {
  readonly signingKey: webcrypto.CryptoKey
  readonly certificate: x509.X509Certificate
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY_MS = 86_400_000
x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.CryptoProvider.prototype.set>[1])

/** A certificate for a server (or a client), signed by `issuer` or by itself. */
export async function makeIdentity({ names = ['localhost', '127.0.0.1'], ...wanted }: Wanted = {}): Promise<Identity> {
  const { from = -1, to = 30, issuer, clientAuth = false } = wanted
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const subject = `CN=${names[0]}`
  const certificate = await x509.X509CertificateGenerator.create({
    ...common(from, to),
    subject,
    issuer: issuer?.certificate.subject ?? subject,
    publicKey: keys.publicKey,
    signingKey: issuer?.signingKey ?? keys.privateKey,
    extensions: [
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? 'ip' : 'dns', value })),
      ),
      new x509.ExtendedKeyUsageExtension([clientAuth ? '1.3.6.1.5.5.7.3.2' : '1.3.6.1.5.5.7.3.1']),
    ],
  })
  return { key: await pemOf(keys.privateKey), cert: certificate.toString('pem') }
}

/** An authority nobody knows. */
export async function makeIssuer(name = 'CN=nobody'): Promise<Issuer> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...common(-1, 30),
    name,
    keys,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  })
  return {
    key: await pemOf(keys.privateKey),
    cert: certificate.toString('pem'),
    signingKey: keys.privateKey,
    certificate,
  }
}

function common(from: number, to: number) {
  return {
    serialNumber: `00${randomBytes(8).toString('hex')}`,
    notBefore: new Date(Date.now() + from * DAY_MS),
    notAfter: new Date(Date.now() + to * DAY_MS),
    signingAlgorithm: ALGORITHM,
  }
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key))
  return createPrivateKey({ key: der, type: 'pkcs8', format: 'der' })
    .export({ type: 'pkcs8', format: 'pem' })
    .toString()
}
