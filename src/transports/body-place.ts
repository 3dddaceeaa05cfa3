/** Where in the body of a message a direction stands: what an event of ours could be put behind. */
import type { Http1Head } from '../wire/http1.ts'
import { isEventStream } from '../wire/mcp.ts'

const LF = 10
const CR = 13

export class BodyPlace {
  /** Head of the message whose body is passing; null between messages. */
  head: Http1Head | null = null
  /** The last four bytes of the body, the newest lowest. */
  #last = 0
  #length = 0

  begin(head: Http1Head): void {
    this.head = head
    this.#last = 0
    this.#length = 0
  }

  /** Bytes of the body. */
  passed(chunk: Uint8Array, from: number, to: number): void {
    for (let at = Math.max(from, to - 4); at < to; at++) this.#last = (this.#last << 8) | (chunk[at] ?? 0)
    this.#length += to - from
  }

  over(): void {
    this.head = null
  }

  get isStream(): boolean {
    return this.head !== null && isEventStream(this.head.field('content-type'))
  }

  /** The last bytes of the body, at most four. */
  get tail(): Uint8Array {
    const last = Uint8Array.of(this.#last >>> 24, this.#last >>> 16, this.#last >>> 8, this.#last)
    return last.subarray(4 - Math.min(4, this.#length))
  }

  /**
   * No event is under way, as far as four bytes tell: the last line end is that of a blank line. A CR there waits for its LF, unless
   * the line before ended in a bare CR too.
   */
  get betweenEvents(): boolean {
    if (this.#length === 0) return true
    const [last, before] = [this.#last & 255, (this.#last >>> 8) & 255]
    if (last === CR) return before === CR && this.#length > 1
    if (last !== LF) return false
    const back = before === CR && this.#length > 1 ? 2 : 1
    if (this.#length === back) return true
    const end = (this.#last >>> (8 * back)) & 255
    return end === LF || end === CR
  }
}
