/** mockttp passing everything through, where it is installed. Argument: the upstream's port. */
interface Mockttp {
  start(): Promise<void>
  readonly port: number
  forAnyRequest(): { thenForwardTo(url: string): Promise<unknown> }
}

const name: string = 'mockttp'
const { getLocal } = (await import(name)) as { getLocal: (options: object) => Mockttp }
const server = getLocal({ recordTraffic: false })
await server.start()
await server.forAnyRequest().thenForwardTo(`http://127.0.0.1:${process.argv[2]}`)
process.stdout.write(`${JSON.stringify({ port: server.port })}\n`)
