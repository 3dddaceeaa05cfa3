/** Takes the head and the chunk framing (RFC 9112 §7.1) off an answer as it comes, whatever the reads cut it into. Text is latin1. */
export function unchunker(): (text: string) => string {
  let rest = ''
  let inHead = true
  let left = 0
  return (text) => {
    rest += text
    if (inHead) {
      const end = rest.indexOf('\r\n\r\n')
      if (end === -1) return ''
      if (!/\r\ntransfer-encoding: *chunked/i.test(rest.slice(0, end))) throw new Error('the stream is not chunked')
      inHead = false
      rest = rest.slice(end + 4)
    }
    let out = ''
    let at = 0
    while (at < rest.length) {
      if (left > 0) {
        const piece = rest.slice(at, at + left)
        out += piece
        left -= piece.length
        at += piece.length
        if (left > 0) break
        // the CRLF behind the chunk is taken with the next size line
        continue
      }
      const from = rest.startsWith('\r\n', at) ? at + 2 : at
      const end = rest.indexOf('\r\n', from)
      if (end === -1) break
      left = Number.parseInt(rest.slice(from, end), 16)
      at = end + 2
      if (left === 0) break
    }
    rest = rest.slice(at)
    return out
  }
}
