import { recordLaws } from '../laws/record.ts'
import { startRecorded } from '../support/start-recorded.ts'

recordLaws('the record of the reverse proxy', startRecorded())
