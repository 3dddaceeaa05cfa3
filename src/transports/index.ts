/**
 * The transports: the only rooms with sockets. Each listens, joins what it accepted to its server by two pipes, and reports through
 * the tap. To add one: a file here, a line in `transports`, a test that runs the shared suite `test/laws/transport.ts`.
 * @module
 */
import { listenReverse } from './reverse.ts'

export { portHolder } from './port-holder.ts'
export type { Listener, ReverseOptions } from './reverse.ts'

/** Transports by name. `reverse`: HTTP and all it carries, one listener a server. */
export const transports = { reverse: listenReverse } as const
