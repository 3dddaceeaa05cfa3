import { describe, expect, it } from 'vitest'
import { refusalFor, refusalResponse } from '../../src/transports/refusal.ts'

describe('refusal', () => {
  it.each([
    ['ECONNREFUSED', 502, 'UPSTREAM_UNREACHABLE', /refused.*running\?/],
    ['ENOTFOUND', 502, 'UPSTREAM_UNREACHABLE', /does not resolve/],
    ['ETIMEDOUT', 504, 'UPSTREAM_TIMEOUT', /did not answer/],
    ['SELF_TARGET', 502, 'SELF_TARGET', /control plane/],
    ['CERT_HAS_EXPIRED', 502, 'UPSTREAM_UNREACHABLE', /expired.*new one.*--insecure/],
    ['CERT_NOT_YET_VALID', 502, 'UPSTREAM_UNREACHABLE', /not valid yet.*clock/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 502, 'UPSTREAM_UNREACHABLE', /self-signed.*--ca.*--insecure/],
    ['SELF_SIGNED_CERT_IN_CHAIN', 502, 'UPSTREAM_UNREACHABLE', /authority this machine does not know.*--ca/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 502, 'UPSTREAM_UNREACHABLE', /authority this machine does not know.*--ca/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 502, 'UPSTREAM_UNREACHABLE', /another host.*name it is for/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 502, 'UPSTREAM_UNREACHABLE', /http:\/\/ instead/],
    ['EHOSTUNREACH', 502, 'UPSTREAM_UNREACHABLE', /no way \(EHOSTUNREACH\)/],
  ])('%s is a %i %s', (errno, status, code, text) => {
    const refusal = refusalFor('http://a.test', errno, 'no way')
    expect(refusal).toMatchObject({ status, code })
    expect(refusal.message).toMatch(text)
  })

  it('is a complete response that says it is ours and closes', () => {
    const text = Buffer.from(refusalResponse(refusalFor('http://a.test', 'ETIMEDOUT', ''))).toString()
    const [head = '', body = ''] = text.split('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.1 504 Gateway Timeout\r\n/)
    expect(head).toContain('x-mitmcp-error: UPSTREAM_TIMEOUT')
    expect(head).toContain('Connection: close')
    expect(head).toContain(`Content-Length: ${Buffer.byteLength(body)}`)
    expect(body).toContain('comes from the proxy')
  })
})
