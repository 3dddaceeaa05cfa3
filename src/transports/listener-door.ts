/** A listening port that can be given up, and had again. */
import type { Server } from 'node:net'
import type { Clock } from '../pipe/clock.ts'
import { listen } from './listen.ts'

export interface Door {
  /** Stops listening; connections stay. */
  shut(): void
  /** Listens again, on the same port; false when somebody else keeps it, or it is shut again meanwhile. */
  reopen(): Promise<boolean>
  /** Shut for good. */
  lock(): void
}

/** How long, and how often, a port that was given up is asked for again. */
const REOPEN_MS = 5000
const RETRY_MS = 50

/** `server` listens on that port. */
export function createDoor(server: Server, host: string, port: number, clock: Clock): Door {
  let open = true
  let locked = false
  let opening: Promise<boolean> | undefined
  /** Ends the attempt under way: a server that is closed before it listens never says so. */
  let stop = (): void => undefined

  const attempt = (): Promise<boolean> =>
    new Promise((resolve) => {
      stop = () => resolve(false)
      listen(server, host, port).then(
        () => {
          if (!open && server.listening) server.close()
          resolve(open)
        },
        () => resolve(false),
      )
    })
  const retry = async (until: number): Promise<boolean> => {
    while (open && !server.listening) {
      if (await attempt()) return true
      if (clock.now() >= until) return false
      await new Promise<void>((resolve) => clock.at(clock.now() + RETRY_MS * 1000, resolve))
    }
    return open
  }
  const shut = (): void => {
    open = false
    stop()
    if (server.listening) server.close()
  }
  return {
    shut,
    reopen: () => {
      open = !locked
      opening ??= retry(clock.now() + REOPEN_MS * 1000).finally(() => {
        opening = undefined
      })
      return opening
    },
    lock: () => {
      locked = true
      open = false
      stop()
    },
  }
}
