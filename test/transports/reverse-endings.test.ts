import { transportLaws } from '../laws/transport.ts'
import { startRecorded } from '../support/start-recorded.ts'

transportLaws('reverse, recording', startRecorded(), { topics: ['endings', 'pressure'] })
