import { parseEvent } from '../wire/sse.ts'

/** One line for lists: the event's name, or what else it says, at most 200 characters. */
export function eventLabel(block: Uint8Array): string {
  const { event, data, id, retry, comment } = parseEvent(block.subarray(0, 4096))
  const parts = [
    event,
    comment === null ? null : `:${comment}`,
    id === null ? null : `id: ${id}`,
    retry === null ? null : `retry: ${retry}`,
    data,
  ]
  const text = parts.filter((part) => part !== null && part !== '').join(' ')
  return text.replace(/\s+/g, ' ').slice(0, 200)
}
