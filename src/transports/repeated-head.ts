/** A head that was read and edited, for messages that somebody else has found to begin with one like it: their edits are made where its were. */
import type { Likeness } from '../pipe/likeness.ts'
import type { Http1Head, Http1Splitter } from '../wire/http1.ts'
import type { HeadEditorOptions } from './head-editor-options.ts'

const NOTHING = new Uint8Array(0)

/** An edit in a head, by index. */
interface HeadEdit {
  readonly from: number
  readonly to: number
  readonly bytes: Uint8Array
  readonly rule: string
  readonly secret: boolean
}

/** Learnt from the first message of a likeness, in one direction. */
export class RepeatedHead {
  /** In their order; added as they are made, until the head is read. */
  readonly edits: HeadEdit[] = []
  readonly #like: Likeness
  readonly #options: HeadEditorOptions
  #head: Http1Head | undefined
  /** Of the request that was answered. */
  #method: string | undefined
  /** How many bytes longer the head becomes. */
  #grown = 0
  /** What it begins with, up to the end of its last edit. */
  #start: Uint8Array = NOTHING

  constructor(like: Likeness, options: HeadEditorOptions) {
    this.#like = like
    this.#options = options
  }

  /** All edits of the head are made; it is valid still. False: others like it may be edited in another way. */
  read(head: Http1Head): boolean {
    const last = this.edits.at(-1)
    if (this.#head !== undefined || (last !== undefined && last.to > this.#like.sameUntil)) return false
    head.keep()
    this.#head = head
    this.#method = this.#options.outstanding.exchanges[0]?.method
    const pieces: Uint8Array[] = []
    let at = 0
    for (const { from, to, bytes } of this.edits) {
      pieces.push(head.raw.subarray(at, from), bytes)
      this.#grown += bytes.length - (to - from)
      at = to
    }
    this.#start = Buffer.concat(pieces)
    return true
  }

  /** A whole message passes, and nothing else is under way. False where it has to be read. */
  passes(bytes: Uint8Array, offset: number, like: Likeness, splitter: Http1Splitter): boolean {
    const options = this.#options
    const head = this.#head
    if (head === undefined || this.#like !== like) return false
    if (options.side === 'response') {
      if (options.outstanding.exchanges[0]?.method !== this.#method) return false
      if (options.bodies?.decision(head) !== undefined) return false
    }
    splitter.passed(head)
    for (const { from, to, bytes: ours, rule, secret } of this.edits)
      options.edited(offset + from, to - from, secret ? NOTHING : ours, rule)
    options.head?.(head)
    options.write(this.#edited(bytes))
    return true
  }

  #edited(bytes: Uint8Array): Uint8Array {
    if (this.edits.length === 0) return bytes
    const grown = this.#grown
    const out = Buffer.allocUnsafe(bytes.length + grown)
    if (grown < 0) out.set(bytes.subarray(-grown))
    else out.set(bytes, grown)
    out.set(this.#start)
    return out
  }
}
