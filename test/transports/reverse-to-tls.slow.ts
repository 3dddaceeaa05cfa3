import { transportLaws } from '../laws/transport.ts'
import { startReverseToTls, toTlsExcept } from '../support/start-reverse.ts'

transportLaws('reverse, before a server over TLS', startReverseToTls(), { except: toTlsExcept })
