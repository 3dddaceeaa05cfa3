import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server'

/** Events kept of one session for clients that come back; the oldest goes first. */
const MAX_EVENTS = 500

/** Events of one session, in memory, for resumption by `Last-Event-ID`. Ids are `<stream>/<number>`. */
export const createEventStore = (): EventStore => {
  const events = new Map<string, { stream: string; message: JSONRPCMessage }>()
  let count = 0
  return {
    storeEvent: async (stream, message) => {
      const id = `${stream}/${++count}`
      events.set(id, { stream, message })
      const oldest = events.size > MAX_EVENTS ? events.keys().next().value : undefined
      if (oldest !== undefined) events.delete(oldest)
      return id
    },
    getStreamIdForEventId: async (id) => events.get(id)?.stream,
    replayEventsAfter: async (last, { send }) => {
      const stream = events.get(last)?.stream ?? last.slice(0, last.lastIndexOf('/'))
      let seen = false
      for (const [id, event] of events) {
        if (seen && event.stream === stream) await send(id, event.message)
        if (id === last) seen = true
      }
      return stream
    },
  }
}
