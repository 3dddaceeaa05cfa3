/** Dials what a CONNECT asks for, as the policy says. */
import type { Socket } from 'node:net'
import type { Clock } from '../pipe/clock.ts'
import type { DialVerdict } from '../pipe/policy.ts'
import { dialTarget, dialTcp, type DialHandlers, type DialOptions, type DialTarget } from './dial.ts'
import { faultRefusal, type FailAs, type SteeredDial } from './steering-dial.ts'
import type { Refusal } from './refusal.ts'

export interface TunnelHandlers extends DialHandlers {
  faulted(refusal: Refusal, as: FailAs, rule: string): void
  /** The client left while it was kept waiting. */
  left(rule: string): void
}

/** The client's socket is paused, and nobody reads it. */
export function steeredTunnel(
  client: Socket,
  verdict: DialVerdict,
  asked: DialTarget,
  { upstream, clock }: { readonly upstream: DialOptions; readonly clock: Clock },
  handlers: TunnelHandlers,
): SteeredDial {
  let giveUp = (): void => undefined
  let goOn = (): void => undefined
  const start = (to: DialTarget): void => void (giveUp = dialTcp({ ...to, tls: false }, upstream, handlers))
  if (verdict.do === 'dial') start(asked)
  else if (verdict.do === 'elsewhere') start(dialTarget(verdict.to))
  else if (verdict.do === 'fail') {
    const { as, rule } = verdict
    const named = `${asked.host}:${asked.port}`
    giveUp = clock.at(clock.now(), () => handlers.faulted(faultRefusal(named, as, rule), as, rule))
  } else {
    const { ms, rule } = verdict
    const unwatch = watchLeaving(client, () => {
      stop()
      handlers.left(rule)
    })
    const cancel = ms === null ? () => undefined : clock.at(clock.now() + ms * 1000, () => goOn())
    const stop = (): void => {
      goOn = () => undefined
      unwatch()
      cancel()
    }
    giveUp = stop
    goOn = () => {
      stop()
      start(asked)
    }
  }
  return { giveUp: () => giveUp(), goOn: () => goOn() }
}

/** A paused socket does not tell that its peer has left: asks, until it says something instead. */
function watchLeaving(socket: Socket, left: () => void): () => void {
  const look = (): void => {
    const bytes = socket.read() as Buffer | null
    stop()
    if (bytes === null) left()
    else socket.unshift(bytes)
  }
  const gone = (): void => {
    stop()
    left()
  }
  const stop = (): void => {
    socket.off('readable', look)
    socket.off('close', gone)
  }
  socket.on('readable', look)
  socket.on('close', gone)
  return stop
}
