import { transportLaws } from '../laws/transport.ts'
import { startRecorded } from '../support/start-recorded.ts'

transportLaws('reverse, recording', startRecorded(), {
  topics: ['endings', 'pressure'],
  except: { 'law 8: tells': 'a recorder at its bound pauses both sides, and what was not read goes with a reset' },
})
