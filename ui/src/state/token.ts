/** Takes `#token=…` apart. `rest` is the fragment without it, `#` included, or empty. */
export function tokenFromHash(hash: string): { token: string | null; rest: string } {
  const fields = new URLSearchParams(hash.replace(/^#/, ''))
  const token = fields.get('token')
  fields.delete('token')
  const rest = fields.toString()
  return { token: token === '' ? null : token, rest: rest === '' ? '' : `#${rest}` }
}

/** What people paste: the token itself, or the printed URL that holds it. */
export function tokenFromPaste(text: string): string | null {
  const trimmed = text.trim()
  const hash = trimmed.indexOf('#')
  if (hash >= 0) return tokenFromHash(trimmed.slice(hash)).token
  return trimmed === '' || /\s|\//.test(trimmed) ? null : trimmed
}
