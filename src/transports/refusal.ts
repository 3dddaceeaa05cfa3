/** What a client gets when its server cannot be reached: an answer that says it is the proxy's. */
import type { ErrorCode } from '../errors.ts'

export interface Refusal {
  readonly code: ErrorCode
  /** 504 only for the kernel's time-out, 503 only for faults, 403 for clients that may not use us; never 400, 404 or 405, which clients read as evidence about sessions and eras. */
  readonly status: 403 | 502 | 503 | 504
  readonly message: string
  /** The fault rule whose doing it is. */
  readonly fault?: string
}

const PHRASES = { 403: 'Forbidden', 502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout' } as const

/** Why the target could not be reached, in words. `code` is the errno or TLS code. */
export function refusalFor(target: string, code: string, message: string): Refusal {
  if (code === 'ETIMEDOUT') {
    return {
      code: 'UPSTREAM_TIMEOUT',
      status: 504,
      message: `${target} did not answer the connection attempt (${code}).`,
    }
  }
  if (code === 'SELF_TARGET') {
    return {
      code: 'SELF_TARGET',
      status: 502,
      message: `${target} is mitmcp's own control plane, which it does not proxy to.`,
    }
  }
  if (code === 'SERVER_UNKNOWN') {
    return { code, status: 502, message: `The path of the request names no server of this proxy. ${message}.` }
  }
  return { code: 'UPSTREAM_UNREACHABLE', status: 502, message: `${target} cannot be reached: ${reason(code, message)}` }
}

function reason(code: string, message: string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return `connection refused (${code}). Is the server running?`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name does not resolve (${code}).`
    case 'UPSTREAM_PROXY':
      return `${message}.`
    default:
      return certificateReason(code, message) ?? `${message} (${code}).`
  }
}

const OR_INSECURE = 'or --insecure if you know why'

/** What is wrong with a certificate, and the way out. */
function certificateReason(code: string, message: string): string | undefined {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return `its certificate has expired (${code}). The server needs a new one; ${OR_INSECURE}.`
    case 'CERT_NOT_YET_VALID':
      return `its certificate is not valid yet (${code}). Is the clock of this machine right? If so, wait; ${OR_INSECURE}.`
    case 'ERR_TLS_CERT_ALTNAME_INVALID': {
      const names = /.*altnames: (.*)$/i.exec(message)?.[1]
      const own = names === undefined ? '' : `: it is for ${names.replace(/\.$/, '')}`
      return `its certificate is for another host (${code})${own}. Use a name it is for; ${OR_INSECURE}.`
    }
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return `its certificate is self-signed (${code}). Trust it with --ca <that certificate as a file>; ${OR_INSECURE}.`
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `its certificate is from an authority this machine does not know (${code}). Trust it with --ca <the authority's certificate as a file>; ${OR_INSECURE}.`
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return `it does not answer in TLS (${code}). Does it want http:// instead of https:// ?`
    case 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL':
      return `it does not speak HTTP/1.1 over TLS (${code}), only HTTP/2.`
    default:
      return undefined
  }
}

/** A whole HTTP/1.1 response, `Connection: close`, marked by `x-mitmcp-error`, and by `x-mitmcp-fault` where a rule wants it. */
export function refusalResponse({ code, status, message, fault }: Refusal): Uint8Array {
  const body = `mitmcp: ${message}\nThis answer comes from the proxy, not from the server.\n`
  const head = [
    `HTTP/1.1 ${status} ${PHRASES[status]}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `x-mitmcp-error: ${code}`,
    ...(fault === undefined ? [] : [`x-mitmcp-fault: ${fault}`]),
    'Connection: close',
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`, 'utf8')
}
