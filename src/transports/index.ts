/**
 * The transports: the only rooms with sockets. Each listens, joins what it accepted to its server by two pipes, and reports through
 * the tap. To add one: a file here, a line in `transports`, a test that runs the shared suite `test/laws/transport.ts`.
 * @module
 */
import { listenForward } from './forward.ts'
import { listenReverse } from './reverse.ts'
import { listenRouted } from './routed.ts'

export { ensureAuthority, openAuthority, type AuthorityCertificate } from './authority.ts'
export type { DialOptions } from './dial.ts'
export { portHolder } from './port-holder.ts'
export type { Listener } from './listener.ts'
export type { ReverseOptions } from './reverse.ts'
export { routedPrefix, type RoutedOptions, type RoutedServer } from './routed.ts'
export { exemptions, parseUpstreamProxy } from './upstream-proxy.ts'

/** Transports by name. `reverse`: HTTP and all it carries, one listener a server. `routed`: many servers
 * behind one, by path. `forward`: for clients that are told to use a proxy. */
export const transports = { reverse: listenReverse, forward: listenForward, routed: listenRouted } as const
