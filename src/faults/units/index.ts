/**
 * What turns the bytes of one connection into units with meaning while fault rules are on, and back. `createWatch` gives the first and the
 * last stage of both pipes; what stands between them sees `frame` events whose `meaning` is a `Unit`.
 *
 * ```
 * pipe c2s: entry ─ rules ─ exit        entry: bytes → units; exit: which requests really leave
 * pipe s2c: entry ─ rules ─ exit        entry: finds the request that each answer belongs to; exit: when a socket begins
 * ```
 * @module
 */
export { createLiveConversations } from './talk.ts'
export { createWatch } from './watch.ts'
export type { LeftAlone, LiveConversations, Place, Watch, WatchOptions } from './watch-types.ts'
