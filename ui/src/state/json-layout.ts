/** Strings, brackets and everything between: in their own letters, so that numbers stay as they were written. */
const tokens = /"(?:\\.|[^"\\])*"|[{}[\],:]|[^\s{}[\],:"]+/g

export const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** JSON with nothing between its tokens; what is no JSON as it is. */
export const tightJson = (text: string): string => (isJson(text) ? (text.match(tokens) ?? []).join('') : text)

/** JSON over several lines; what is no JSON as it is. */
export function spreadJson(text: string): string {
  if (!isJson(text)) return text
  let depth = 0
  let out = ''
  const all = text.match(tokens) ?? []
  const line = () => `\n${'  '.repeat(depth)}`
  for (const [at, token] of all.entries()) {
    const closesEmpty = (token === '}' || token === ']') && (all[at - 1] === '{' || all[at - 1] === '[')
    if (token === '}' || token === ']') {
      depth--
      out += closesEmpty ? token : line() + token
    } else {
      if (at > 0 && ['{', '[', ','].includes(all[at - 1]!)) out += line()
      out += token === ':' ? ': ' : token
      if (token === '{' || token === '[') depth++
    }
  }
  return out
}
