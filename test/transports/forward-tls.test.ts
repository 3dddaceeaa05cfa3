import { transportLaws } from '../laws/transport.ts'
import { startTls } from '../support/start-forward.ts'

transportLaws('forward, TLS opened in tunnels', startTls(), {
  topics: ['heads', 'streaming', 'endings', 'odd'],
  except: {
    'law 6: passes RST of a client that leaves as soon':
      'a reset throws away what TLS has not written yet, and the server is not reached before its own handshake',
    'law 6: passes the end of an aborted fetch': 'Node 20’s fetch opens no tunnels by itself',
  },
})
