/** Opens a server's port, and says what to do where that fails. */
import type { Server } from 'node:net'
import { ProxyError } from '../errors.ts'

/** Linux caps it at `somaxconn`; the default of 511 loses connects when thousands come at once. */
const LISTEN_BACKLOG = 4096

/** Listens on `port` (0 for any) of `host`; later errors of the listener are swallowed. Throws `LISTEN_FAILED`, the errno as its cause's code. */
export function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const listening = (): void => {
      server.removeAllListeners('error')
      server.on('error', () => undefined)
      resolve()
    }
    server.once('error', (error: NodeJS.ErrnoException) => {
      server.off('listening', listening)
      reject(listenFailed(error, host, port))
    })
    server.listen({ host, port, backlog: LISTEN_BACKLOG }, listening)
  })
}

/** Why it failed and what to do, by errno. */
export function listenFailed(cause: NodeJS.ErrnoException, host: string, port: number): ProxyError {
  const where = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
  const fail = (message: string, hint: string): ProxyError => new ProxyError('LISTEN_FAILED', message, { hint, cause })
  switch (cause.code) {
    case 'EADDRINUSE':
      return fail(`${where} is taken.`, 'Use --port 0 for any free port.')
    case 'EACCES':
      return fail(
        `There is no permission to listen on ${where}.`,
        port > 0 && port < 1024
          ? 'Ports below 1024 need more rights: take a higher one, or --port 0 for any free port.'
          : 'Something on this machine forbids that port: take another, or --port 0 for any free port.',
      )
    case 'EADDRNOTAVAIL':
      return fail(
        `${host} is no address of this machine.`,
        'Leave --host out for 127.0.0.1, or use 0.0.0.0 for every address there is.',
      )
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return fail(`The name ${host} does not resolve.`, 'Give --host an address, such as 127.0.0.1 or 0.0.0.0.')
    default:
      return fail(`Cannot listen on ${where}: ${cause.message}.`, 'See that --host and --port are what you mean.')
  }
}
