import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { clientEnvironment, proxyBefore, trustedBefore } from '../../src/cli/client-environment.ts'
import { temporaryFolder } from '../support/temporary.ts'

const trust = { extra: '/t/extra.pem', bundle: '/t/bundle.pem' }
const URL = 'http://127.0.0.1:1'

test('every proxy variable names us, and no host is exempt, servers of this machine included', () => {
  const env = clientEnvironment(
    { NO_PROXY: 'localhost', no_proxy: '*', HTTPS_PROXY: 'http://old' },
    URL,
    trust,
    '/p.cjs',
  )
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy']) {
    expect(env[name]).toBe(URL)
  }
  expect([env['NO_PROXY'], env['no_proxy'], env['NODE_USE_ENV_PROXY']]).toEqual(['', '', '1'])
})

test('programs that add to what they trust get our certificate, the others the whole list', () => {
  const env = clientEnvironment({}, URL, trust, '/p.cjs')
  expect([env['NODE_EXTRA_CA_CERTS'], env['DENO_CERT']]).toEqual(['/t/extra.pem', '/t/extra.pem'])
  for (const name of ['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'GIT_SSL_CAINFO', 'CARGO_HTTP_CAINFO']) {
    expect(env[name]).toBe('/t/bundle.pem')
  }
})

test('all else of the environment stays', () => {
  const env = clientEnvironment({ PATH: '/bin', MCP_PORT: '1', NODE_OPTIONS: '--no-warnings' }, URL, trust, '/p.cjs')
  expect(env).toMatchObject({ PATH: '/bin', MCP_PORT: '1', NODE_OPTIONS: '--no-warnings --require=/p.cjs' })
})

test('Node finds the preloaded module also where its path has blanks', () => {
  const preload = join(temporaryFolder(), 'a "b" \\ c.cjs')
  writeFileSync(preload, 'process.stdout.write("loaded ")')
  const env = clientEnvironment(process.env, URL, trust, preload)
  const said = execFileSync(process.execPath, ['-e', ''], { env: { NODE_OPTIONS: env['NODE_OPTIONS'] } })
  expect(said.toString()).toBe('loaded ')
})

test('what was trusted before still is, files that are not there left out', () => {
  const folder = temporaryFolder()
  const file = (name: string): string => {
    writeFileSync(join(folder, name), name)
    return join(folder, name)
  }
  const before = trustedBefore({
    NODE_EXTRA_CA_CERTS: file('extra'),
    SSL_CERT_FILE: file('ssl'),
    REQUESTS_CA_BUNDLE: join(folder, 'absent'),
  })
  expect(before.extra).toBe('extra')
  expect(before.whole).toMatch(/^ssl/)
})

test('a proxy the client had before is on our way, unless it is of another kind', () => {
  expect(proxyBefore({ HTTPS_PROXY: 'http://corp:3128', HTTP_PROXY: 'http://other' })).toBe('http://corp:3128')
  expect(proxyBefore({ http_proxy: 'corp:3128' })).toBe('corp:3128')
  expect(proxyBefore({ HTTPS_PROXY: 'socks5://corp:1' })).toBeUndefined()
  expect(proxyBefore({ HTTPS_PROXY: '' })).toBeUndefined()
})
