/** What a tunnel begins with decides what it is. */
import type { Socket } from 'node:net'

/** `tls`: the client begins a handshake (RFC 8446 §5.1: a record of type 22). `other`: anything else, and whatever the server begins. The others: that side is gone. */
export type TunnelStart = 'tls' | 'other' | 'client left' | 'server left'

const HANDSHAKE = 22

/** Waits for the first bytes of either side, or its end. Nothing is taken from the sockets; both stay paused. */
export function whoSpeaks(client: Socket, server: Socket, then: (what: TunnelStart) => void): void {
  const stop = (): void => {
    client.off('readable', clientSpeaks)
    server.off('readable', serverSpeaks)
    client.off('close', clientLeft)
    server.off('close', serverLeft)
  }
  const spoke = (socket: Socket): void => {
    stop()
    const bytes = socket.read() as Buffer | null
    // the end comes in the next tick, and somebody has to be there by then
    if (bytes === null) return then('other')
    socket.unshift(bytes)
    // by then the stream has forgotten that it was asked to be `readable`
    process.nextTick(() => {
      client.pause()
      server.pause()
      then(socket === client && bytes[0] === HANDSHAKE ? 'tls' : 'other')
    })
  }
  const left = (who: 'client left' | 'server left'): void => {
    stop()
    then(who)
  }
  const clientLeft = (): void => left('client left')
  const serverLeft = (): void => left('server left')
  const clientSpeaks = (): void => spoke(client)
  const serverSpeaks = (): void => spoke(server)
  client.on('close', clientLeft)
  server.on('close', serverLeft)
  client.on('readable', clientSpeaks)
  server.on('readable', serverSpeaks)
}
