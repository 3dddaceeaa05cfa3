import { expect, test } from 'vitest'
import { serverNamed } from '../../src/transports/routed-client.ts'

test.each([
  ['GET /s/a/mcp HTTP/1.1', 'a'],
  ['GET /s/a HTTP/1.1', 'a'],
  ['GET /s/a?x HTTP/1.1', 'a'],
  ['POST /s/my%20server/ HTTP/1.1', 'my server'],
  ['GET http://localhost:6278/s/a/mcp HTTP/1.1', 'a'],
  ['GET /.well-known/oauth-protected-resource/s/a/mcp HTTP/1.1', 'a'],
  ['GET /s/a', 'a'],
])('%s names the server “%s”', (line, name) => expect(serverNamed(line)).toBe(name))

test.each([
  'GET / HTTP/1.1',
  'GET /mcp HTTP/1.1',
  'GET /s/ HTTP/1.1',
  'GET /x/s/a/ HTTP/1.1',
  'GET /?/s/a/ HTTP/1.1',
  'GET /s/%zz/ HTTP/1.1',
  'GET /.well-known/a/b/s/a HTTP/1.1',
  'CONNECT a:1 HTTP/1.1',
  'OPTIONS * HTTP/1.1',
  'PRI * HTTP/2.0',
  '',
])('%s names none', (line) => expect(serverNamed(line)).toBeUndefined())
