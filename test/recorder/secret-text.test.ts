import { describe, expect, test } from 'vitest'
import { maskText, secretFinder } from '../../src/recorder/secret-text.ts'

const find = secretFinder({
  headers: ['authorization', 'x-api-key', 'cookie'],
  parameters: ['code', 'key', 'token'],
  extra: ['pin'],
})
const masked = (text: string): string => maskText(text, find(text), () => '').text

describe('a secret is found', () => {
  test.each([
    ['authorization: Bearer abcdef12', 'authorization: Bearer ********'],
    ['{"Authorization":"Bearer abc"}', '{"Authorization":"**********"}'],
    ['sending Bearer abcdefgh.1 now', 'sending Bearer ********** now'],
    ['X-Api-Key=abc, next', 'X-Api-Key=***, next'],
    ['token=abc&x=1', 'token=***&x=1'],
    ['{ token: \'abc\' }, "token": "abc"', '{ token: \'***\' }, "token": "***"'],
    ['"password": "a b, c" end', '"password": "******" end'],
    [String.raw`{\"client_secret\":\"abc\",\"x\":1}`, String.raw`{\"client_secret\":\"***\",\"x\":1}`],
    ['GITHUB_API_KEY=abc', 'GITHUB_API_KEY=***'],
    ['serve --api-key abc --port 1', 'serve --api-key *** --port 1'],
    ['serve --github-token abc', 'serve --github-token ***'],
    ['GET http://h/cb?code=abc&state=1', 'GET http://h/cb?code=***&state=1'],
    ['via http://me:abc@proxy:3128/', 'via http://me:***@proxy:3128/'],
    ['Pin: 1234', 'Pin: ****'],
    ['got eyJhbGc.eyJzdWI.c2lnbmVk', 'got eyJhbGc.eyJzdWI.********'],
    ['Bearer eyJhbGc.eyJzdWI.c2lnbmVk', 'Bearer eyJhbGc.eyJzdWI.********'],
  ])('%s', (text, expected) => expect(masked(text)).toBe(expected))
})

describe('what only looks like one stays', () => {
  test.each([
    'Unexpected token: < in JSON at position 0',
    'exit code: 1, key=value',
    'a basic idea of bearer tokens',
    'Secretary: none, tokens=5',
    'listening on http://localhost:3000/mcp',
  ])('%s', (text) => expect(masked(text)).toBe(text))
})

test('each is told once, with its place, name and hash', () => {
  const text = 'x Authorization: Bearer abcdefgh y token=é'
  expect(maskText(text, find(text), (secret) => `#${secret}`).redacted).toEqual([
    { offset: 24, length: 8, name: 'authorization', hash: '#abcdefgh' },
    { offset: 41, length: 1, name: 'token', hash: '#é' },
  ])
})

test('a long line costs no more than its length', () => {
  const began = performance.now()
  for (const text of ['a_', 'token=', '"', '\\', 'bearer ', ' ', '--a', 'eyJ.', 'http://a:']) masked(text.repeat(4000))
  expect(performance.now() - began).toBeLessThan(2000)
})
