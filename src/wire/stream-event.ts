import { eventData, parseEvent } from './sse.ts'

/** What is to be known of most events, read without decoding their data. */
export interface StreamEvent {
  readonly name: string | null
  readonly hasId: boolean
  readonly data: Uint8Array | null
}

const LF = 10
const CR = 13
const COLON = 58
const SPACE = 32

/** Reads one block. */
export function parseStreamEvent(bytes: Uint8Array): StreamEvent {
  const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const data = eventData(block)
  let name: string | null = null
  let hasId = false
  let from = 0
  while (from < block.length) {
    let to = block.indexOf(LF, from)
    if (to === -1) {
      // lines that end in bare CR: rare enough for the slow way
      if (block.indexOf(CR, from) < block.length - 1) return slowly(block, data)
      to = block.length
    }
    const first = block[from]
    if (first === 101 && isField(block, from, 'event')) name = valueOf(block, from + 6, to)
    else if (first === 105 && isField(block, from, 'id')) hasId = true
    from = to + 1
  }
  return { name, hasId, data }
}

function slowly(block: Buffer, data: Uint8Array | null): StreamEvent {
  const { event, id } = parseEvent(block)
  return { name: event, hasId: id !== null, data }
}

function isField(block: Buffer, from: number, name: string): boolean {
  if (block[from + name.length] !== COLON) return false
  for (let i = 1; i < name.length; i++) if (block[from + i] !== name.charCodeAt(i)) return false
  return true
}

function valueOf(block: Buffer, from: number, to: number): string {
  const start = block[from] === SPACE ? from + 1 : from
  const end = block[to - 1] === CR ? to - 1 : to
  return block.toString('utf8', start, end)
}
