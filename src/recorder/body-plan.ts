import { createInflater } from '../wire/body.ts'
import type { BodyPlan } from './frame-span.ts'
import type { HeadFacts } from './heads.ts'
import type { Redactor } from './redaction.ts'

/** How a body is to be looked through for secrets. `oauth`: its well-known fields count. */
export interface Looking {
  readonly form: boolean
  readonly oauth: boolean
}

/** Nothing is wanted of the body. */
export const SKIP: BodyPlan = { mode: 'skip', inflater: null, hold: false }
const WHOLE: BodyPlan = { mode: 'whole', inflater: null, hold: false }
const STREAM: BodyPlan = { mode: 'stream', inflater: null, hold: false }

/** Whether the body behind a head may hold secrets; null for no. `request`: the head it answers, or the head itself. */
export function lookingFor(redactor: Redactor, facts: HeadFacts, request: HeadFacts | null): Looking | null {
  const { json, form, stream } = facts
  const oauth = redactor.enabled && request !== null && request.oauth && (json || form)
  return oauth || (redactor.everyBody && (json || form || stream)) ? { form, oauth } : null
}

/** What the body behind a head is wanted for. `hold`: it is to be looked through for secrets. */
export function planBody({ stream, json, encoding }: HeadFacts, hold: boolean): BodyPlan {
  if (!stream && !json && !hold) return SKIP
  const plain = encoding === undefined || encoding.toLowerCase() === 'identity'
  const inflater = plain ? null : createInflater(encoding)
  if (inflater === null && !plain) return SKIP
  if (!hold && inflater === null) return stream ? STREAM : WHOLE
  return { mode: stream ? 'stream' : 'whole', inflater, hold }
}
