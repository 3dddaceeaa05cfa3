import type { FrameRow, SessionRow } from '../../../src/api/contract.ts'
import { rowKind } from './filter.ts'

/**
 * A filter that holds for traffic like this frame: its method, tool and kind, or what its head says, and its direction. `session` narrows it
 * to that one, where the server gave it an id.
 */
export function matchOf(row: FrameRow, session: Pick<SessionRow, 'sessionId'> | undefined): string {
  const narrow = session?.sessionId ?? null
  return [...termsOf(row), `dir:${row.direction}`, ...(narrow === null ? [] : [term('session', narrow)])].join(' ')
}

function termsOf(row: FrameRow): string[] {
  const [message] = row.messages
  if (message !== undefined) {
    const { method, tool, uri } = message
    const kind = rowKind(row)
    return [
      ...(method === null ? [] : [term('method', method)]),
      ...(tool === null ? [] : [term('tool', tool)]),
      ...(tool !== null || uri === null ? [] : [term('uri', uri)]),
      ...(kind === 'response' || kind === 'error' || kind === 'request' ? [`kind:${kind}`] : []),
    ]
  }
  if (row.kind !== 'head') return row.kind === 'event' ? ['kind:event'] : []
  const status = /^HTTP\/\d(?:\.\d)? (\d{3})/.exec(row.label ?? '')?.[1]
  if (status !== undefined) return ['kind:head', `status:${status}`]
  const [verb = '', target = ''] = (row.label ?? '').split(' ')
  return [
    'kind:head',
    ...(verb === '' ? [] : [term('verb', verb)]),
    ...(target === '' ? [] : [term('path', target.replace(/\?.*/, ''))]),
  ]
}

/** Quoted where the language would read something else. */
const term = (key: string, value: string): string =>
  /[\s()|"*\\]/.test(value) ? `${key}:"${value.replace(/[\\"]/g, String.raw`\$&`)}"` : `${key}:${value}`
