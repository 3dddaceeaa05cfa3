/**
 * Looks for JSON strings in bytes, from an index on; they are given by their beginning with its quote, in ASCII. Made once for the words. Where a
 * string could be one of them in disguise (`\u0061`, `\/`) it says yes.
 */
export function wordsIn(words: readonly string[]): (bytes: Uint8Array, from: number) => boolean {
  const any = words.map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)).join('|')
  const pattern = new RegExp(String.raw`\\[u/]${any === '' ? '' : `|${any}`}`)
  return (bytes, from) => {
    const view = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    return pattern.test(view.toString('latin1', from))
  }
}
