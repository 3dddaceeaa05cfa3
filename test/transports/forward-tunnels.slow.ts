import { transportLaws } from '../laws/transport.ts'
import { startTls, startTunnels, tlsExcept, tunnelsExcept } from '../support/start-forward.ts'

transportLaws('forward, in tunnels, not recording', startTunnels(), {
  topics: ['streaming', 'endings', 'pressure'],
  except: tunnelsExcept,
})
transportLaws('forward, TLS opened in tunnels', startTls(), { topics: ['endings', 'pressure'], except: tlsExcept })
