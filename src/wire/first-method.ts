import { JsonCursor, shapeOf, textOf, asBuffer } from './json.ts'

const message = shapeOf({ method: true })
const slots = new Int32Array(2 * message.last)
const OPEN_BRACE = 123
const MAX_TEXT_BYTES = 1024

/** How much of a body is worth a look before it is whole: there the method stands, if it stands early. */
export const TELLING_BYTES = 4096

/** The method of a single JSON-RPC message of which only the beginning is there; null where that does not tell it. */
export function firstMethod(beginning: Uint8Array): string | null {
  const cursor = new JsonCursor(asBuffer(beginning))
  if (cursor.peek() !== OPEN_BRACE) return null
  cursor.read(message, slots)
  const [from = -1, to = -1] = slots
  return from === -1 ? null : textOf(beginning, from, to, MAX_TEXT_BYTES)
}
