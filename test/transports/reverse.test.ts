import { transportLaws } from '../laws/transport.ts'
import { startReverse } from '../support/start-reverse.ts'

transportLaws('reverse', startReverse(), { topics: ['heads', 'streaming', 'failures', 'edits', 'odd'] })
