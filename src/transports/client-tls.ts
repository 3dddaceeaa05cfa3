/** Opens the TLS a client speaks, as the server it means, with a certificate of the local authority. */
import type { Socket } from 'node:net'
import { TLSSocket, type SecureContext } from 'node:tls'
import type { Authority } from './authority.ts'

export interface ClientTlsHandlers {
  /** The handshake is done. `servername`: what the client asked for by SNI, else the host it connected to. */
  opened(secure: TLSSocket, servername: string): void
  /** The client went away, or does not accept us: OpenSSL's code, e.g. `ERR_SSL_TLSV1_ALERT_UNKNOWN_CA`. */
  failed(code: string, message: string): void
}

/** `socket`: its next bytes are the ClientHello. Exactly one handler is called. ALPN offers http/1.1 only. */
export async function openClientTls(
  socket: Socket,
  host: string,
  authority: Authority,
  { opened, failed }: ClientTlsHandlers,
): Promise<void> {
  const secureContext = await authority.contextFor(host)
  if (socket.destroyed) return failed('CLOSED', 'the client left')
  const options = {
    isServer: true,
    secureContext,
    ALPNProtocols: ['http/1.1'],
    highWaterMark: 1,
    SNICallback: (name: string, found: (error: Error | null, context?: SecureContext) => void) => {
      authority.contextFor(name).then((context) => found(null, context), found)
    },
  }
  const secure = new TLSSocket(socket, options)
  let settled = false
  const fail = (error: NodeJS.ErrnoException): void => {
    if (settled) return
    settled = true
    failed(error.code ?? 'UNKNOWN', error.message)
    secure.destroy()
  }
  // before the handshake is done Node tells errors of a server's side under this name only
  secure.on('_tlsError', fail)
  secure.on('error', fail)
  const left = (): void => fail(Object.assign(new Error('the client left during the handshake'), { code: 'CLOSED' }))
  secure.once('end', left)
  socket.once('close', left)
  secure.once('secure', () => {
    if (settled) return
    settled = true
    secure.off('end', left)
    socket.off('close', left)
    const { servername } = secure as TLSSocket & { servername?: string | false | null }
    opened(secure, typeof servername === 'string' && servername !== '' ? servername : host)
  })
}
