import { transportLaws } from '../laws/transport.ts'
import { startTunnels } from '../support/start-forward.ts'

transportLaws('forward, in tunnels, not recording', startTunnels(), {
  topics: ['heads', 'streaming', 'endings', 'failures', 'pressure', 'odd', 'websocket'],
  except: {
    'law 20: names the upstream': 'nothing is edited in a tunnel',
    'law 6: passes the end of an aborted fetch': 'Node 20’s fetch opens no tunnels by itself',
    'law 7: answers': 'CONNECT itself is refused: test/transports/forward.test.ts',
    'law 7: delivers the 502': 'CONNECT itself is refused: test/transports/forward.test.ts',
    'law 7: says nothing': 'CONNECT itself is refused: test/transports/forward.test.ts',
    'law 7: resets the client': 'CONNECT itself is reset: test/transports/forward.test.ts',
    'law 14: passes a TLS hello':
      'TLS is opened here; a tunnel that stays closed passes it: test/transports/forward.test.ts',
  },
})
