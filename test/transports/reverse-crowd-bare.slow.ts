import { crowdLaws } from '../laws/crowd.ts'

crowdLaws(false)
