import type { FrameDetail } from '../../../src/api/contract.ts'
import type { App } from './app-state.ts'
import { draft } from './draft-store.ts'
import { matchOf } from './frame-match.ts'
import { emptyDraft } from './rule-draft.ts'

/** To the form, with a match for traffic like this frame; `fault` null leaves that to be chosen. */
export function faultFromFrame({ go, route, sessions }: App, frame: FrameDetail, fault: string | null): void {
  const { session } = route.value
  const narrowed = session === null ? undefined : sessions.get(session)
  draft.value = { ...emptyDraft, fault, match: matchOf(frame, narrowed) }
  go({ view: 'faults' }, true)
}
