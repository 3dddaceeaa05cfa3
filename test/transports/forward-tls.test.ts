import { transportLaws } from '../laws/transport.ts'
import { startTls } from '../support/start-forward.ts'

transportLaws('forward, TLS opened in tunnels', startTls(), {
  topics: ['heads', 'streaming', 'endings', 'failures', 'pressure', 'odd', 'websocket'],
  except: {
    'law 6: passes RST of a client that leaves as soon':
      'a reset throws away what TLS has not written yet, and the server is not reached before its own handshake',
    'law 6: passes the end of an aborted fetch': 'Node 20’s fetch opens no tunnels by itself',
    'law 7: answers': 'CONNECT itself is refused: test/transports/forward.test.ts',
    'law 7: delivers the 502': 'CONNECT itself is refused: test/transports/forward.test.ts',
    'law 7: says nothing': 'CONNECT itself is refused: test/transports/forward.test.ts',
    'law 7: resets the client': 'CONNECT itself is reset: test/transports/forward.test.ts',
    'law 20: names the upstream': 'nothing is edited in a tunnel',
  },
})
