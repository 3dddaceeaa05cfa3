import { transportLaws } from '../laws/transport.ts'
import { startTls, tlsExcept } from '../support/start-forward.ts'

transportLaws('forward, TLS opened in tunnels', startTls(), {
  topics: ['heads', 'streaming', 'endings', 'failures', 'odd', 'websocket'],
  others: 'pressure is long: npm run test:slow',
  except: tlsExcept,
})
