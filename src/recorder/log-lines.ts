import { StringDecoder } from 'node:string_decoder'

const LF = 10
/** A longer line is cut: what is bounded must be bounded in the record too. */
const MAX_LINE = 16 * 1024

export interface LogLine {
  readonly at: number
  readonly text: string
}

/**
 * Text of a stderr to its lines: UTF-8, broken bytes as U+FFFD, without LF and CR before it. An instant is that of the line's first
 * byte. Beyond 16 KiB a line goes on in another one.
 */
export class LogLines {
  readonly #decoder = new StringDecoder('utf8')
  #text = ''
  #at = 0
  /** A line has begun, if only with half a character. */
  #begun = false

  push(bytes: Uint8Array, at: number): LogLine[] {
    const lines: LogLine[] = []
    if (!this.#begun) this.#at = at
    const parts = (this.#text + this.#decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))).split(
      '\n',
    )
    this.#text = parts.pop() ?? ''
    for (const part of parts) {
      this.#cut(part.endsWith('\r') ? part.slice(0, -1) : part, lines)
      this.#at = at
    }
    this.#begun = bytes[bytes.length - 1] !== LF
    if (this.#text.length > MAX_LINE) {
      this.#cut(this.#text, lines)
      this.#text = ''
    }
    return lines
  }

  /** What has no end of line. */
  end(): LogLine[] {
    const lines: LogLine[] = []
    this.#text += this.#decoder.end()
    if (this.#text !== '') this.#cut(this.#text, lines)
    this.#text = ''
    return lines
  }

  #cut(text: string, lines: LogLine[]): void {
    for (let from = 0; from === 0 || from < text.length; from += MAX_LINE) {
      lines.push({ at: this.#at, text: text.slice(from, from + MAX_LINE) })
    }
  }
}
