import { spawnSync } from 'node:child_process'
import { createServer as createPlain, type Server } from 'node:http'
import { createServer as createSecure } from 'node:https'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../../../src/cli/run.ts'
import { recorded } from '../../support/capture-check.ts'
import { makeIdentity, makeIssuer } from '../../support/certificates.ts'
import { fakeContext } from '../../support/cli-context.ts'
import { cli } from '../../support/cli-process.ts'

const servers: Server[] = []
let plain = ''
let secure = ''
let caFile = ''
let folder = ''

beforeAll(async () => {
  const answer = (request: { url?: string | undefined }, response: { end(text: string): void }): void =>
    response.end(`answer to ${request.url}`)
  const issuer = await makeIssuer()
  folder = mkdtempSync(join(tmpdir(), 'mitmcp-test-'))
  caFile = join(folder, 'ca.pem')
  writeFileSync(caFile, issuer.cert)
  servers.push(createPlain(answer), createSecure(await makeIdentity({ issuer }), answer) as unknown as Server)
  for (const server of servers) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const [first, second] = servers.map((server) => (server.address() as AddressInfo).port)
  plain = `http://127.0.0.1:${first}`
  secure = `https://localhost:${second}`
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  for (const server of servers) server.close()
})

const has = (command: string): boolean => spawnSync(command, ['--version']).status === 0
const NODE_CLIENT = `
  import http from 'node:http'
  import https from 'node:https'
  const [plain, secure] = process.argv.slice(1)
  const get = (from, url, options) => new Promise((resolve, reject) => from.get(url, options, (answer) => {
    let text = ''
    answer.setEncoding('utf8').on('data', (some) => (text += some)).on('end', () => resolve(text))
  }).on('error', reject))
  const said = [
    await (await fetch(plain + '/fetch')).text(),
    await (await fetch(secure + '/fetch')).text(),
    await get(http, plain + '/http', {}),
    await get(https, secure + '/http', {}),
    await get(http, plain + '/agent', { agent: new http.Agent({ keepAlive: true }) }),
  ]
  console.log(said.join('\\n'))
  process.exit(7)
`
const PYTHON_CLIENT = `
import sys, urllib.request
for url in sys.argv[1:]: print(urllib.request.urlopen(url).read().decode())
`

const behind = (...command: string[]) => cli(['run', '--no-ui', '--ca', caFile, '--', ...command])

describe('mitmcp run', () => {
  test('sends every way Node has of asking through the proxy, TLS opened, and ends as the client', async () => {
    const {
      ended,
      stdout,
      stderr,
      folder: data,
    } = behind(process.execPath, '--input-type=module', '-e', NODE_CLIENT, plain, secure)
    expect(await ended).toBe(7)
    expect(stdout()).toBe('answer to /fetch\nanswer to /fetch\nanswer to /http\nanswer to /http\nanswer to /agent\n')
    expect(stderr()).toMatch(/recorded in .*capture\.db/)
    const targets = requestsIn(join(data, 'mitmcp', 'capture.db'))
    expect(targets).toEqual(['GET /agent', 'GET /fetch', 'GET /fetch', 'GET /http', 'GET /http'])
  })

  test('sends a client that loads the same copy of undici as we do through the proxy', async () => {
    const client = `
      const { request } = await import('undici')
      const { body } = await request(process.argv[1] + '/request')
      console.log(await body.text(), await (await fetch(process.argv[1] + '/fetch')).text())`
    const { ended, stdout, stderr } = behind(process.execPath, '--input-type=module', '-e', client, secure)
    expect([await ended, stdout()]).toEqual([0, 'answer to /request answer to /fetch\n'])
    expect(stderr()).not.toContain('no traffic')
  })

  test.skipIf(!has('curl'))('sends curl through the proxy', async () => {
    const { ended, stdout, stderr } = behind('curl', '-sS', `${plain}/1`, `${secure}/2`)
    expect(await ended).toBe(0)
    expect(stdout()).toBe('answer to /1answer to /2')
    expect(stderr()).not.toContain('no traffic')
  })

  test.skipIf(!has('python3'))('sends Python through the proxy', async () => {
    const { ended, stdout, stderr } = behind('python3', '-c', PYTHON_CLIENT, `${plain}/1`, `${secure}/2`)
    expect(await ended).toBe(0)
    expect(stdout()).toBe('answer to /1\nanswer to /2\n')
    expect(stderr()).not.toContain('no traffic')
  })

  test('says when no traffic came through', async () => {
    const { ended, stdout, stderr } = behind(process.execPath, '-e', 'console.log("done")')
    expect(await ended).toBe(0)
    expect(stdout()).toBe('done\n')
    expect(stderr()).toMatch(/no traffic seen/)
  })

  test('ends by the signal that ended the client, and passes signals on', async () => {
    const started = behind(process.execPath, '-e', 'console.log("up"); setInterval(() => {}, 1000)')
    await expect.poll(started.stdout).toBe('up\n')
    started.child.kill('SIGTERM')
    expect(await started.ended).toBe('SIGTERM')
  })

  test('a client that handles the signal decides for itself', async () => {
    const started = behind(
      process.execPath,
      '-e',
      'process.on("SIGTERM", () => process.exit(3)); console.log("up"); setInterval(() => {}, 1000)',
    )
    await expect.poll(started.stdout).toBe('up\n')
    started.child.kill('SIGTERM')
    expect(await started.ended).toBe(3)
  })

  test('a command that is not there is said so, exit 127 as in a shell', async () => {
    const { ended, stdout, stderr } = behind('no-such-command-here')
    expect(await ended).toBe(127)
    expect([stdout(), stderr()]).toEqual([
      '',
      expect.stringMatching(/There is no command "no-such-command-here"\. \[COMMAND_NOT_FOUND\]/),
    ])
  })

  test('without a command it says what is missing', async () => {
    const context = fakeContext()
    expect(await run(['run'], context)).toBe(2)
    expect(context.output.stderr()).toMatch(/run -- node client\.js/)
  })
})

/** What was asked for, but for the tunnels themselves, in order of the alphabet. */
const requestsIn = (db: string): string[] =>
  recorded(db)
    .flows.map(({ verb, target }) => `${verb} ${target}`)
    .filter((line) => line.startsWith('GET'))
    .toSorted()
