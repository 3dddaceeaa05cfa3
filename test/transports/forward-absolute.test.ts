import { transportLaws } from '../laws/transport.ts'
import { absoluteExcept, startAbsolute } from '../support/start-forward.ts'

transportLaws('forward, by absolute-form requests', startAbsolute(), {
  topics: ['heads', 'streaming', 'endings', 'failures', 'odd', 'websocket'],
  others:
    'pressure is for npm run test:slow, as routed requests take the same way; nothing is edited but what proxies must',
  except: absoluteExcept,
})
