/** mitmcp itself, as built. Arguments: the upstream's port, the capture's path or `off`. Answers each IPC message with its stats: `rules` are those it has from then on. */
interface Running {
  readonly port: number
  stats(): object
  readonly faults: {
    add(rule: object): Promise<{ readonly id: string }>
    remove(id: string): Promise<void>
  }
  close(): Promise<void>
}

const [, , target, capture = 'off'] = process.argv
const entry = new URL('../../dist/proxy.js', import.meta.url).href
const { createProxy } = (await import(entry)) as { createProxy: (options: object) => Promise<Running> }
const proxy = await createProxy({
  target: `http://127.0.0.1:${target}/mcp`,
  port: 0,
  ui: false,
  db: capture === 'off' ? false : capture,
})
let rules: readonly string[] = []
process.on('message', (message: 'stats' | { readonly rules: readonly object[] }) => {
  void (async () => {
    if (message !== 'stats') {
      for (const id of rules) await proxy.faults.remove(id)
      const added: string[] = []
      for (const rule of message.rules) added.push((await proxy.faults.add(rule)).id)
      rules = added
    }
    process.send?.(proxy.stats())
  })()
})
process.on('SIGTERM', () => void proxy.close().then(() => process.exit(0)))
process.stdout.write(`${JSON.stringify({ port: proxy.port })}\n`)
