/** What a held message is: its method, tool or id, as far as it can be read. */
export function heldTitle(payload: string | null): { readonly main: string; readonly subject: string | null } {
  const message = read(payload)
  const { method, params, id } = message
  if (typeof method === 'string') {
    const name = typeof params === 'object' && params !== null ? (params as { name?: unknown }).name : undefined
    return { main: method, subject: typeof name === 'string' ? name : null }
  }
  if ('error' in message) return { main: 'error', subject: idText(id) }
  if ('result' in message) return { main: 'result', subject: idText(id) }
  return { main: payload === null ? 'no message' : 'message', subject: null }
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
