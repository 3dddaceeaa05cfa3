// Starts `npm start` as a new user would, reads what it prints, opens the page, watches recorded frames come in, stops it.
// Each step is a check; all are written to `<folder>/start.check.json`.
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const folder = process.argv[2]
const checks = []

async function check(name, work) {
  try {
    const found = await work()
    checks.push({ name, ok: true })
    console.log(`ok      ${name}`)
    return found
  } catch (error) {
    checks.push({ name, ok: false })
    console.log(`FAILED  ${name}: ${error.message}`)
    throw error
  }
}

const expected = (condition, what) => {
  if (!condition) throw new Error(what)
}

/** Asks again until the answer is true. */
async function soon(ms, what, ask) {
  const until = performance.now() + ms
  while (!(await ask())) {
    expected(performance.now() < until, `${what} within ${ms} ms`)
    await wait(25)
  }
}

const data = join(folder, 'data')
mkdirSync(data, { recursive: true })
const child = spawn('npm', ['start'], {
  stdio: ['ignore', 'pipe', 'pipe'],
  env: { ...process.env, XDG_DATA_HOME: data },
  // a process group of its own, so that nothing of it can outlive this script
  detached: true,
})
let said = ''
let ended
child.on('exit', (code, signal) => (ended = code ?? signal))
for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))

const printed = async (ms, pattern) => {
  await soon(ms, `not printed: ${pattern}`, () => {
    expected(ended === undefined, `npm start ended with ${ended}`)
    return pattern.test(said)
  })
  return pattern.exec(said)
}

const hello = {
  jsonrpc: '2.0',
  id: 'ci',
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'ci', version: '1' } },
}

async function looks() {
  const [, ui, token] = await check('npm start prints the address of the UI, with its token', () =>
    printed(40_000, /(http:\/\/\S+?:\d+)\/#token=([\w-]+)/),
  )
  const [proxy] = await check('npm start prints the address for clients', () =>
    printed(2000, /http:\/\/\S+?:\d+\/mcp\b/),
  )
  const ask = (path, headers = { authorization: `Bearer ${token}` }) => fetch(ui + path, { headers })
  const json = async (path) => (await ask(path)).json()

  await check('the page is there, with its script', async () => {
    const page = await ask('/', {})
    const [, script] = /<script[^>]+src="\.?\/?([^"]+)"/.exec(await page.text()) ?? []
    expected(page.status === 200 && script !== undefined, `status ${page.status}, no script`)
    expected((await ask(`/${script}`, {})).status === 200, `${script} is not there`)
  })
  await check('the API wants the token', async () =>
    expected((await ask('/api/status', {})).status === 401, 'it answers'),
  )
  const { totals, instances } = await check('the API answers', () => json('/api/status'))
  await check('a call through the proxy is in the capture', async () => {
    const answer = await fetch(proxy, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify(hello),
    })
    expected(answer.status === 200 && /"id":"ci"/.test(await answer.text()), `status ${answer.status}`)
    await soon(5000, 'not recorded', async () => {
      const { rows } = await json('/api/frames?messages=true&limit=500')
      return rows.filter(({ messages }) => messages.some(({ rpcId }) => rpcId === '"ci"')).length === 2
    })
  })
  await check('the demo client keeps frames coming', () =>
    soon(25_000, 'no more frames', async () => (await json('/api/status')).totals.frames > totals.frames + 10),
  )
  await check('SIGTERM ends it with 0 within 2 s', async () => {
    const { pid } = instances.find(({ url }) => url === proxy)
    process.kill(pid, 'SIGTERM')
    const there = () => {
      try {
        return process.kill(pid, 0)
      } catch {
        return false
      }
    }
    await soon(2000, 'not gone', () => !there())
    await soon(3000, 'npm not gone', () => ended !== undefined)
    expected(ended === 0, `npm start ended with ${ended}`)
  })
}

try {
  await looks()
} catch (error) {
  if (checks.every(({ ok }) => ok)) checks.push({ name: error.message, ok: false })
  console.log(said.replace(/^/gm, '        '))
} finally {
  writeFileSync(join(folder, 'start.check.json'), JSON.stringify(checks))
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // the whole group is gone, as it should be
  }
}
