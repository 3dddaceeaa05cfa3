/** The stories of the official clients again, through the reverse proxy before a server over TLS. */
import { goBy } from '../support/both-ways.ts'
import { reverseToTls } from '../support/ways.ts'

goBy(reverseToTls)

await import('./sdk-v1-everything.test.ts')
await import('./sdk-v2.test.ts')
