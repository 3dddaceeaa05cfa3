/** Rewrites the JSON of units, message by message. */
import { pass } from '../pipe/action.ts'
import type { Damage, Tools } from './fault.ts'
import { withRaw, type FaultFrame } from './unit.ts'

/** A JSON-RPC message, parsed. */
export type JsonMessage = Record<string, unknown>

/** Changes one message: another one, text in its place, undefined to leave it. */
export type Change = (message: JsonMessage, event: FaultFrame) => JsonMessage | string | undefined

/**
 * A damage that gives each unit other JSON. In a batch every message is asked for. What is no JSON, is not to be changed, or cannot be
 * written here passes, and says why.
 */
export function changeJson(change: Change, tools: Tools, options: { readonly sync?: boolean } = {}): Damage {
  return (event) => {
    if (event.kind !== 'frame') return event.kind === 'start' || event.kind === 'tick' ? [] : [pass(event)]
    const text = changed(event, change)
    if (typeof text !== 'string') {
      if (text !== null) tools.notApplied('nothing to change')
      return [pass(event)]
    }
    const raw = event.meaning.withJson(text, options)
    if (raw !== null) return [pass(withRaw(event, raw))]
    tools.notApplied('compressed, or not to be rewritten here')
    return [pass(event)]
  }
}

/** The new text; undefined when nothing changes, null when there is no JSON at all. */
function changed(event: FaultFrame, change: Change): string | undefined | null {
  const { json } = event.meaning
  if (json === null) return null
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return undefined
  }
  const all = Array.isArray(value) ? value : [value]
  let any = false
  const texts = all.map((message: unknown) => {
    const other = isMessage(message) ? change(message, event) : undefined
    any ||= other !== undefined
    return typeof other === 'string' ? other : JSON.stringify(other ?? message)
  })
  if (!any) return undefined
  return Array.isArray(value) ? `[${texts.join(',')}]` : texts[0]
}

/** The messages a unit carries, parsed; none where they cannot be. */
export function messagesIn({ meaning: { json } }: FaultFrame): readonly JsonMessage[] {
  if (json === null) return []
  try {
    const value: unknown = JSON.parse(json)
    return (Array.isArray(value) ? value : [value]).filter(isMessage)
  } catch {
    return []
  }
}

const isMessage = (value: unknown): value is JsonMessage =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isAnswer = (message: JsonMessage): boolean =>
  message['id'] !== undefined && ('result' in message || 'error' in message)
