import { expect, test } from 'vitest'
import { cli } from '../../support/cli-process.ts'

interface Ready {
  readonly ui: string
  readonly token: string
  readonly db: string
}

test('the demo records its own traffic into a capture of its own, and leaves on a signal', async () => {
  const started = cli(['start', '--port', '0', '--ui-port', '0', '--json'])
  await expect.poll(started.stdout).toContain('\n')
  const { ui, token, db } = JSON.parse(started.stdout()) as Ready
  expect(db.endsWith('/mitmcp/demo.db')).toBe(true)

  const ask = async (path: string): Promise<object> => {
    const answer = await fetch(`${ui}${path}`, { headers: { authorization: `Bearer ${token}` } })
    return (await answer.json()) as object
  }
  await expect
    .poll(() => ask('api/sessions'))
    .toMatchObject([{ client: { name: 'demo-client' }, serverInfo: { name: 'mitmcp-demo' } }])
  const methods = async () => ((await ask('api/calls')) as { method: string }[]).map(({ method }) => method)
  await expect.poll(methods).toContain('tools/call')

  const at = performance.now()
  started.child.kill('SIGINT')
  expect(await started.ended).toBe(0)
  expect(performance.now() - at).toBeLessThan(2000)
})
