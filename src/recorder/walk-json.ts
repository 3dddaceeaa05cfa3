/** Tells where each scalar of a JSON text lies, quotes included, and the keys (or indexes) that lead to it. Lenient. */
export function walkJson(bytes: Buffer, scalar: (path: readonly string[], from: number, to: number) => void): void {
  const path: string[] = []
  const arrays: boolean[] = []
  let key = false
  let at = 0
  while (at < bytes.length) {
    const c = bytes[at]!
    if (c === 123 || c === 91) {
      arrays.push(c === 91)
      path.push(c === 91 ? '0' : '')
      key = c === 123
      at++
    } else if (c === 125 || c === 93) {
      arrays.pop()
      path.pop()
      key = false
      at++
    } else if (c === 44) {
      if (arrays.at(-1) === true) path[path.length - 1] = String(Number(path.at(-1)) + 1)
      else key = true
      at++
    } else if (c <= 32 || c === 58) {
      at++
    } else {
      const to = c === 34 ? stringEnd(bytes, at) : literalEnd(bytes, at)
      if (key && c === 34) path[path.length - 1] = bytes.toString('utf8', at + 1, to - 1)
      else scalar(path, at, to)
      key = false
      at = to
    }
  }
}

function stringEnd(bytes: Buffer, from: number): number {
  let at = from + 1
  while (at < bytes.length && bytes[at] !== 34) at += bytes[at] === 92 ? 2 : 1
  return Math.min(at + 1, bytes.length)
}

function literalEnd(bytes: Buffer, from: number): number {
  let at = from + 1
  while (at < bytes.length && !(bytes[at]! <= 32 || bytes[at] === 44 || bytes[at] === 125 || bytes[at] === 93)) at++
  return at
}
