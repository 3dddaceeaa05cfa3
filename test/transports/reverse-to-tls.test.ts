import { transportLaws } from '../laws/transport.ts'
import { startReverseToTls, toTlsExcept } from '../support/start-reverse.ts'

transportLaws('reverse, before a server over TLS', startReverseToTls(), {
  topics: ['heads', 'failures', 'edits', 'endpoints', 'websocket'],
  others: 'all of them are for npm run test:slow; here forward mode tries them with TLS on both sides',
  except: toTlsExcept,
})
