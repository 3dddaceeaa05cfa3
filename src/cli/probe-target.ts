import { connect } from 'node:net'
import { portOf } from '../config/target.ts'

/**
 * One TCP connection to the target, closed at once: tells whether somebody listens there. Resolves with undefined when reachable, with
 * the system's code (`ECONNREFUSED`, `ENOTFOUND`, `timeout` after `timeoutMs`) when not. Never rejects.
 */
export const probeTarget = (target: string, timeoutMs = 2000): Promise<string | undefined> =>
  new Promise((resolve) => {
    const url = new URL(target)
    const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ''), port: portOf(url) })
    const finish = (result: string | undefined): void => {
      socket.destroy()
      resolve(result)
    }
    socket.setTimeout(timeoutMs, () => finish('timeout'))
    socket.once('connect', () => finish(undefined))
    socket.once('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message))
  })

/** Why the target cannot be reached, as a sentence. */
export const unreachableText = (target: string, code: string): string => {
  const { host, hostname } = new URL(target)
  const why: Readonly<Record<string, string>> = {
    ECONNREFUSED: `Nothing listens at ${host} yet`,
    ENOTFOUND: `No address is known for ${hostname}`,
    EAI_AGAIN: `The name ${hostname} could not be looked up`,
    timeout: `${host} does not answer`,
  }
  return `${why[code] ?? `${host} cannot be reached`} (${code}). The proxy goes on; clients get its 502 until the server is there.`
}
