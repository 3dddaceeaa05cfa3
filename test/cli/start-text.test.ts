import { expect, test } from 'vitest'
import { pageUrl, serverNameFor, startText } from '../../src/cli/start-text.ts'
import { capturedOutput } from '../support/cli-context.ts'

const facts = {
  proxy: {
    url: 'http://127.0.0.1:6278/mcp',
    target: 'http://localhost:3000/mcp',
    db: '/home/ann/.local/share/mitmcp/capture.db',
    ui: 'http://127.0.0.1:6273/',
    token: 'abc',
  },
  version: '1.2.3',
  command: 'npx mitmcp',
  home: '/home/ann',
  ownDb: false,
  serverName: 'mitmcp',
  demo: false,
}

test('says where it is, and what to do next', () =>
  expect(startText(facts, capturedOutput())).toEqual([
    'mitmcp 1.2.3 stands in front of http://localhost:3000/mcp',
    '',
    '  Open in a browser       http://127.0.0.1:6273/#token=abc',
    '  Point your client here  http://127.0.0.1:6278/mcp',
    '  in Claude Code type     claude mcp add --transport http mitmcp http://127.0.0.1:6278/mcp',
    '  Recorded in             ~/.local/share/mitmcp/capture.db',
    '  Follow it here          npx mitmcp tail',
    '  List what was recorded  npx mitmcp ls',
    '',
    '  Ctrl-C stops it. What was recorded stays.',
  ]))

test('hints name a capture of its own, as a shell takes it', () =>
  expect(
    startText({ ...facts, ownDb: true, proxy: { ...facts.proxy, db: '/tmp/my capture.db' } }, capturedOutput()),
  ).toContain("  Follow it here          npx mitmcp tail --db '/tmp/my capture.db'"))

test('the demo says what it is, and how to leave it for a server', () => {
  const lines = startText({ ...facts, demo: true }, capturedOutput())
  expect(lines[0]).toBe('mitmcp 1.2.3 stands in front of a demo server, with a demo client that calls it now and then')
  expect(lines).toContain('  Try your own server     npx mitmcp http://localhost:3000/mcp')
})

test('without page and record it does not speak of them', () =>
  expect(startText({ ...facts, proxy: { ...facts.proxy, ui: null, token: null, db: null } }, capturedOutput())).toEqual(
    [
      'mitmcp 1.2.3 stands in front of http://localhost:3000/mcp',
      '',
      '  Point your client here  http://127.0.0.1:6278/mcp',
      '  in Claude Code type     claude mcp add --transport http mitmcp http://127.0.0.1:6278/mcp',
      '',
      '  Ctrl-C stops it. Nothing is recorded.',
    ],
  ))

test('the token is in the fragment', () => {
  expect(pageUrl('http://127.0.0.1:6273/', 'a b')).toBe('http://127.0.0.1:6273/#token=a%20b')
  expect(pageUrl('http://127.0.0.1:6273/', null)).toBe('http://127.0.0.1:6273/')
})

test.each([
  [undefined, 'http://localhost:3000/mcp', 'mitmcp'],
  [undefined, 'http://127.0.0.1:3000/mcp', 'mitmcp'],
  [undefined, 'https://mcp.example.com/mcp', 'example'],
  ['edge', 'https://mcp.example.com/mcp', 'edge'],
])('tap %j in front of %s is called %s', (name, target, expected) => expect(serverNameFor(name, target)).toBe(expected))

test('a WebSocket is not offered to a client that speaks none', () => {
  const proxy = { ...facts.proxy, url: 'ws://127.0.0.1:6278/mcp', target: 'ws://localhost:3000/mcp' }
  const text = startText({ ...facts, proxy }, capturedOutput()).join('\n')
  expect(text).toContain('Point your client here  ws://127.0.0.1:6278/mcp')
  expect(text).not.toContain('claude')
})
