import { transportLaws } from '../laws/transport.ts'
import { absoluteExcept, startAbsolute } from '../support/start-forward.ts'

transportLaws('forward, by absolute-form requests', startAbsolute(), { topics: ['pressure'], except: absoluteExcept })
