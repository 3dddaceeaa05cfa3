import { transportLaws } from '../laws/transport.ts'
import { startReverse } from '../support/start-reverse.ts'

transportLaws('reverse, not recording', startReverse(), { topics: ['endings', 'pressure'] })
