/** The stories of the official clients again, through forward mode to a server over TLS. */
import { goBy } from '../support/both-ways.ts'
import { forwardToTls } from '../support/ways.ts'

goBy(forwardToTls)

await import('./sdk-v1-everything.test.ts')
await import('./sdk-v2.test.ts')
