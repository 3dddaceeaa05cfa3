/**
 * Reads chosen members out of JSON bytes without making values of the rest. Checks the whole grammar (RFC 8259) as
 * `JSON.parse` does, but for two things: invalid UTF-8 within strings is let through, and depth has a bound.
 */

/** The members of interest of one object: for each name the slot to fill, and where it is an object, its own members. */
export interface Shape {
  /** The slots of all that lies within, `first` to `last - 1`. */
  readonly first: number
  readonly last: number
  readonly members: readonly Member[]
}

interface Member {
  readonly name: Uint8Array
  readonly slot: number
  readonly within: Shape | null
}

/** Names to `true` for a member whose text is wanted, or to the names wanted within. */
export interface Wanted {
  readonly [name: string]: true | Wanted
}

/** A shape, with slots numbered from `first` in the order of the names, depth first. */
export function shapeOf(wanted: Wanted, first = 0): Shape {
  let slot = first
  const members = Object.entries(wanted).map(([name, inner]): Member => {
    const own = slot++
    const within = inner === true ? null : shapeOf(inner, slot)
    if (within !== null) slot = within.last
    return { name: Buffer.from(name), slot: own, within }
  })
  return { first, last: slot, members }
}

/** Brackets open at once. Deeper input is taken for no JSON. */
const maxDepth = 100_000

const QUOTE = 34
const BACKSLASH = 92
const OPEN_BRACE = 123
const CLOSE_BRACE = 125
const OPEN_BRACKET = 91
const COMMA = 44
const COLON = 58
const MINUS = 45
const ZERO = 48

const isBlank = new Uint8Array(256)
for (const c of [9, 10, 13, 32]) isBlank[c] = 1
/** Quote, backslash, control characters: what ends a plain run within a string. */
const endsRun = new Uint8Array(256).fill(1, 0, 32)
endsRun[QUOTE] = 1
endsRun[BACKSLASH] = 1
const isEscape = new Uint8Array(256)
for (const c of '"\\/bfnrt') isEscape[c.charCodeAt(0)] = 1

const isDigit = (c: number | undefined): boolean => c !== undefined && c >= 48 && c <= 57
const isHex = (c: number | undefined): boolean =>
  isDigit(c) || (c !== undefined && (c | 0x20) >= 97 && (c | 0x20) <= 102)

/** A place in JSON bytes. Every reading method gives false, for good, where the bytes are no JSON. */
export class JsonCursor {
  at = 0
  readonly bytes: Uint8Array
  readonly #length: number
  /** The closing brackets of what is open within a skipped value. */
  readonly #closing: number[] = []
  /** The string passed last has escapes. */
  #escaped = false

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.#length = bytes.length
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.at = 3
  }

  /** The byte at the next thing that is not blank; undefined at the end. */
  peek(): number | undefined {
    const { bytes } = this
    let c = bytes[this.at]
    while (c !== undefined && isBlank[c] === 1) c = bytes[++this.at]
    return c
  }

  /** Passes the byte when it comes next. */
  take(c: number): boolean {
    if (this.peek() !== c) return false
    this.at++
    return true
  }

  /**
   * Passes one value. Of an object, the members of `shape` go to `slots`: the index of the value's first byte at 2 × slot,
   * that behind its last at 2 × slot + 1; -1 for those that are not there. Of equal names the last counts, as in `JSON.parse`.
   */
  read(shape: Shape, slots: Int32Array): boolean {
    for (let k = 2 * shape.first; k < 2 * shape.last; k++) slots[k] = -1
    if (this.peek() !== OPEN_BRACE) return this.skip()
    this.at++
    if (this.take(CLOSE_BRACE)) return true
    for (;;) {
      if (this.peek() !== QUOTE) return false
      const from = this.at + 1
      if (!this.#string()) return false
      const member = this.#member(shape, from, this.at - 1)
      if (!this.take(COLON)) return false
      if (member === null ? !this.skip() : !this.#fill(member, slots)) return false
      const c = this.peek()
      this.at++
      if (c === CLOSE_BRACE) return true
      if (c !== COMMA) return false
    }
  }

  /** Passes one value of any kind and depth. */
  skip(): boolean {
    const closing = this.#closing
    for (;;) {
      const c = this.peek()
      if (c === OPEN_BRACE || c === OPEN_BRACKET) {
        this.at++
        if (closing.push(c + 2) > maxDepth) return false
        if (this.peek() !== c + 2) {
          if (c === OPEN_BRACE && !this.#key()) return false
          continue
        }
      } else if (c === QUOTE ? !this.#string() : !this.#scalar(c)) return false
      // Behind a value, or before the end of an empty one.
      for (;;) {
        const open = closing[closing.length - 1]
        if (open === undefined) return true
        const next = this.peek()
        this.at++
        if (next === open) closing.pop()
        else if (next !== COMMA) return false
        else if (open === CLOSE_BRACE && !this.#key()) return false
        else break
      }
    }
  }

  #fill({ slot, within }: Member, slots: Int32Array): boolean {
    this.peek()
    const from = this.at
    if (!(within === null ? this.skip() : this.read(within, slots))) return false
    slots[2 * slot] = from
    slots[2 * slot + 1] = this.at
    return true
  }

  #member(shape: Shape, from: number, to: number): Member | null {
    const { bytes } = this
    const length = to - from
    const { members } = shape
    for (let m = 0; m < members.length; m++) {
      const { name } = members[m]!
      if (name.length !== length || name[0] !== bytes[from]) continue
      let k = 1
      while (k < length && name[k] === bytes[from + k]) k++
      if (k === length) return members[m]!
    }
    return this.#escaped ? this.#escapedMember(shape, from, to) : null
  }

  #escapedMember(shape: Shape, from: number, to: number): Member | null {
    const name = Buffer.from(textOf(this.bytes, from - 1, to + 1, to - from)!)
    return shape.members.find((member) => name.equals(member.name)) ?? null
  }

  #key(): boolean {
    return this.peek() === QUOTE && this.#string() && this.take(COLON)
  }

  #string(): boolean {
    const { bytes } = this
    const length = this.#length
    let at = this.at + 1
    this.#escaped = false
    for (;;) {
      while (at < length && endsRun[bytes[at]!] === 0) at++
      const c = bytes[at++]
      if (c === QUOTE) {
        this.at = at
        return true
      }
      if (c !== BACKSLASH) return false
      this.#escaped = true
      const escape = bytes[at++]
      if (escape === undefined) return false
      if (isEscape[escape] === 1) continue
      if (
        escape !== 117 ||
        !isHex(bytes[at]) ||
        !isHex(bytes[at + 1]) ||
        !isHex(bytes[at + 2]) ||
        !isHex(bytes[at + 3])
      ) {
        return false
      }
      at += 4
    }
  }

  #scalar(c: number | undefined): boolean {
    switch (c) {
      case 116:
        return this.#literal('true')
      case 102:
        return this.#literal('false')
      case 110:
        return this.#literal('null')
      default:
        return this.#number()
    }
  }

  #literal(text: string): boolean {
    for (let k = 0; k < text.length; k++) if (this.bytes[this.at++] !== text.charCodeAt(k)) return false
    return true
  }

  #number(): boolean {
    const { bytes } = this
    let at = this.at
    if (bytes[at] === MINUS) at++
    if (bytes[at] === ZERO) at++
    else {
      const from = at
      while (isDigit(bytes[at])) at++
      if (at === from) return false
    }
    if (bytes[at] === 46) {
      const from = ++at
      while (isDigit(bytes[at])) at++
      if (at === from) return false
    }
    if (bytes[at] === 101 || bytes[at] === 69) {
      at++
      if (bytes[at] === 43 || bytes[at] === MINUS) at++
      const from = at
      while (isDigit(bytes[at])) at++
      if (at === from) return false
    }
    this.at = at
    return true
  }
}

/**
 * The string written at `from` (its quote) to `to`, cut at `maxBytes` of its JSON text; null when something else stands
 * there. A character or escape that the cut would break is left out.
 */
export function textOf(bytes: Uint8Array, from: number, to: number, maxBytes: number): string | null {
  if (bytes[from] !== QUOTE) return null
  const cut = to - from - 2 > maxBytes
  const length = cut ? maxBytes : to - from - 2
  let text = asBuffer(bytes).toString('utf8', from + 1, from + 1 + length)
  if (cut) text = text.replace(/\uFFFD+$/, '')
  if (!text.includes('\\')) return text
  if (cut) text = text.replace(/(?<=(?:^|[^\\])(?:\\\\)*)\\(?:u[0-9a-fA-F]{0,3})?$/, '')
  return JSON.parse(`"${text}"`) as string
}

/** The same bytes as a Buffer, whose `toString` reads any part of them without a copy. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
