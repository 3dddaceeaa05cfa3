import { expect, test } from 'vitest'
import { isLoopback, parsePublicUrl, parseTarget, portOf } from '../../src/config/target.ts'

test('takes URLs of servers', () => {
  expect(parseTarget('http://localhost:3000/mcp?x=1').pathname).toBe('/mcp')
  expect(parseTarget('wss://example.com/socket').protocol).toBe('wss:')
})

test.each([
  ['localhost:3000/mcp', 'Did you mean http://localhost:3000/mcp ?'],
  ['127.0.0.1:80', 'Did you mean http://127.0.0.1:80 ?'],
  ['build-box:8080', 'Did you mean http://build-box:8080 ?'],
  ['mcp.example.com/mcp', 'Did you mean https://mcp.example.com/mcp ?'],
  ['3000', 'Did you mean http://localhost:3000 ?'],
  [':3000/mcp', 'Did you mean http://localhost:3000/mcp ?'],
  ['ftp://example.com', 'Give the full address of the server, for example http://localhost:3000/mcp'],
  ['', 'Give the full address of the server, for example http://localhost:3000/mcp'],
])('%j is refused with the URL that was probably meant', (text, hint) =>
  expect(() => parseTarget(text)).toThrow(expect.objectContaining({ code: 'TARGET_INVALID', hint })),
)

test('refuses credentials in the URL without repeating them', () =>
  expect(() => parseTarget('http://user:hunter2@localhost/')).toThrow(
    expect.objectContaining({
      code: 'TARGET_INVALID',
      message: 'The target has a user name or password in its URL.',
    }),
  ))

test.each([
  ['http://a/', 80],
  ['https://a/', 443],
  ['wss://a/', 443],
  ['http://a:81/', 81],
])('%s speaks to port %d', (url, port) => expect(portOf(new URL(url))).toBe(port))

test.each([
  ['127.0.0.1', true],
  ['localhost', true],
  ['::1', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.168.1.2', false],
  ['127.evil.example', false],
])('%s is reached by this machine alone: %j', (host, alone) => expect(isLoopback(host)).toBe(alone))

test.each(['https://tunnel.example.com', 'http://10.0.0.1:8080', 'https://[::1]:8443/'])('%s is a public URL', (text) =>
  expect(parsePublicUrl(text).origin).toBe(text.replace(/\/$/, '')),
)

test.each(['tunnel.example.com', 'https://a.test/mcp', 'https://a.test/?x', 'https://me@a.test', 'wss://a.test', ''])(
  '“%s” is none',
  (text) =>
    expect(() => parsePublicUrl(text)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', hint: expect.stringContaining('scheme, host and port') }),
    ),
)
