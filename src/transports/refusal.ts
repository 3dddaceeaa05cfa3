/** What a client gets when its server cannot be reached: an answer that says it is the proxy's. */
import type { ErrorCode } from '../errors.ts'

export interface Refusal {
  readonly code: ErrorCode
  /** 504 only for the kernel's time-out; never 400, 404 or 405, which clients read as evidence about sessions and eras. */
  readonly status: 502 | 504
  readonly message: string
}

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
  return { code: 'UPSTREAM_UNREACHABLE', status: 502, message: `${target} cannot be reached: ${reason(code, message)}` }
}

function reason(code: string, message: string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return `connection refused (${code}). Is the server running?`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name does not resolve (${code}).`
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return `its certificate is self-signed (${code}). Use --insecure if you trust it.`
    case 'CERT_HAS_EXPIRED':
      return `its certificate has expired (${code}).`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `its certificate is for another host (${code}).`
    default:
      return `${message} (${code}).`
  }
}

/** A whole HTTP/1.1 response, `Connection: close`, marked by `x-mitmcp-error`. */
export function refusalResponse({ code, status, message }: Refusal): Uint8Array {
  const body = `mitmcp: ${message}\nThis answer comes from the proxy, not from the server.\n`
  const head = [
    `HTTP/1.1 ${status} ${status === 504 ? 'Gateway Timeout' : 'Bad Gateway'}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `x-mitmcp-error: ${code}`,
    'Connection: close',
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`, 'utf8')
}
