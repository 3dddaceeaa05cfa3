import type { HeldRow } from '../../../src/api/contract.ts'

/** What a held message is: its method and tool, of an answer those of what was asked; else its id, as far as it can be read. */
export function heldTitle({ payload, kind, method: known, tool }: HeldAbout): {
  readonly main: string
  readonly subject: string | null
} {
  const message = read(payload)
  const { method, params, id } = message
  if (typeof method === 'string') {
    const name = typeof params === 'object' && params !== null ? (params as { name?: unknown }).name : undefined
    return { main: method, subject: typeof name === 'string' ? name : tool }
  }
  if (known !== null && (kind === 'response' || kind === 'error')) {
    return { main: `${kind === 'error' ? 'error' : 'answer'} to ${known}`, subject: tool }
  }
  if ('error' in message) return { main: 'error', subject: idText(id) }
  if ('result' in message) return { main: 'result', subject: idText(id) }
  return { main: payload === null ? 'no message' : 'message', subject: null }
}

type HeldAbout = Pick<HeldRow, 'payload' | 'kind' | 'method' | 'tool'>

/** Whose it is, as far as is known: `editor 1.2 · session k3v9x2ab · shop`. */
export function heldOwner({ client, session, server }: Pick<HeldRow, 'client' | 'session' | 'server'>): string {
  const known = [client, session === null ? null : `session ${session}`, server]
  return known.filter((part) => part !== null && part !== '').join(' · ')
}

const idText = (id: unknown): string | null => (id === undefined ? null : `id ${JSON.stringify(id)}`)

function read(payload: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(payload ?? '')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
