import { transportLaws } from '../laws/transport.ts'
import { startRouted } from '../support/start-routed.ts'

transportLaws('many servers behind one listener', startRouted(), {
  except: {},
})
