import { transportLaws } from '../laws/transport.ts'
import { startTls, tlsExcept } from '../support/start-forward.ts'

transportLaws('forward, TLS opened in tunnels', startTls(), {
  topics: ['heads', 'streaming', 'failures', 'odd', 'websocket'],
  others: 'endings and pressure are long: npm run test:slow',
  except: tlsExcept,
})
