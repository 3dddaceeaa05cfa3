import { transportLaws } from '../laws/transport.ts'
import { startTunnels, tunnelsExcept } from '../support/start-forward.ts'

transportLaws('forward, in tunnels, not recording', startTunnels(), {
  topics: ['heads', 'failures', 'odd', 'websocket'],
  others: 'streaming, endings and pressure are long: npm run test:slow',
  except: tunnelsExcept,
})
