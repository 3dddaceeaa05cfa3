import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../../src/cli/run.ts'
import { fakeContext } from '../../support/cli-context.ts'

let home: string
beforeAll(() => void (home = mkdtempSync(join(tmpdir(), 'mitmcp-test-'))))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const ca = async (...flags: string[]) => {
  const context = fakeContext({ env: { XDG_DATA_HOME: home, HOME: home } })
  const code = await run(['ca', ...flags], context)
  return { code, stdout: context.output.stdout(), stderr: context.output.stderr() }
}

test('makes the authority on first use, beside the usual capture, and says how to trust it', async () => {
  const { code, stdout } = await ca()
  expect(code).toBe(0)
  for (const word of [
    'NODE_EXTRA_CA_CERTS',
    'SSL_CERT_FILE',
    'REQUESTS_CA_BUNDLE',
    'CURL_CA_BUNDLE',
    'GIT_SSL_CAINFO',
  ]) {
    expect(stdout).toContain(word)
  }
  for (const word of ['update-ca-certificates', 'add-trusted-cert', 'certutil', 'Firefox', 'Chrome']) {
    expect(stdout).toContain(word)
  }
  expect(stdout).toContain('~/mitmcp/authority/mitmcp-ca.pem')
})

test('--json tells the same certificate every time', async () => {
  const [one, other] = [JSON.parse((await ca('--json')).stdout), JSON.parse((await ca('--json')).stdout)]
  expect(one).toEqual(other)
  expect(new X509Certificate(readFileSync(one.file)).fingerprint256).toBe(one.fingerprint)
})

test('--export writes the certificate, never the key', async () => {
  const file = join(home, 'out.pem')
  const { stdout } = await ca('--export', file)
  expect(stdout).toContain('out.pem')
  expect(readFileSync(file, 'utf8')).toMatch(/^-----BEGIN CERTIFICATE-----/)
  expect(readFileSync(file, 'utf8')).not.toContain('PRIVATE')
})

test('--export to where nothing can be written says so, exit 2', async () => {
  const { code, stderr } = await ca('--export', join(home, 'no', 'folder', 'x.pem'))
  expect([code, stderr]).toEqual([2, expect.stringMatching(/cannot be written.*\[OPTION_INVALID\]/)])
})
