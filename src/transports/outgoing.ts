/** What leaves of the chunk at hand: pieces of it and of ours, in order, and a message that is kept back. */
import type { BodyDecision } from './body-edits.ts'
import type { HeadEditorOptions } from './head-editor-options.ts'
import { KeptMessage } from './kept-message.ts'

export class Outgoing {
  /** Index in the current chunk up to which bytes are in here, or held by somebody. */
  cursor = 0
  kept: KeptMessage | undefined
  /** Index in the current chunk from which on bytes are kept. */
  keptFrom = 0
  /** Nothing leaves any more, whatever is given. */
  silent = false
  #pieces: Uint8Array[] = []

  /** Another chunk. */
  begin(): void {
    this.cursor = 0
    this.keptFrom = 0
  }

  /** Bytes up to `to` as they are. */
  copy(chunk: Uint8Array, to: number): void {
    if (to > this.cursor) this.put(this.cursor === 0 && to === chunk.length ? chunk : chunk.subarray(this.cursor, to))
    this.cursor = Math.max(this.cursor, to)
  }

  put(bytes: Uint8Array): void {
    if (this.kept === undefined) this.#pieces.push(bytes)
    else this.kept.other(bytes)
  }

  /** Keeps what comes from the cursor on. */
  keep(decide?: BodyDecision): void {
    this.kept = new KeptMessage(decide)
    this.keptFrom = this.cursor
  }

  /** Lets the message that is kept go, edited or not, once it is known which. */
  decide(decide: BodyDecision, whole: boolean, options: Pick<HeadEditorOptions, 'bodies' | 'edited'>): void {
    const { kept } = this
    if (kept === undefined) return
    const verdict = decide(kept.payload, whole)
    if (verdict.kind === 'more') {
      if (verdict.passed === 0 || verdict.passed < kept.payload.length || !kept.apart) return
      this.release()
      return this.keep(decide)
    }
    if (verdict.unedited !== undefined) options.bodies?.unedited(verdict.unedited)
    const told = verdict.edit === null ? [] : kept.edit(verdict.edit)
    if (told === undefined) options.bodies?.unedited('a length that is no number')
    for (const { offset, was, bytes, rule } of told ?? [])
      if (offset >= 0) options.edited(offset, was.length, bytes, rule, was)
    this.release()
  }

  release(): void {
    const { kept } = this
    if (kept === undefined) return
    this.kept = undefined
    this.#pieces.push(...kept.take())
  }

  /** Everything that is to leave; undefined when there is nothing. */
  take(): Uint8Array | undefined {
    const pieces = this.#pieces
    if (pieces.length === 0) return undefined
    this.#pieces = []
    return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces)
  }
}
