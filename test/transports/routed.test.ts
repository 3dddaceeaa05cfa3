import { transportLaws } from '../laws/transport.ts'
import { startRouted } from '../support/start-routed.ts'

const NOBODY = 'it names no server, so there is none to pass it to: test/transports/routed-own.test.ts'
const AT_THE_HEAD = 'which server is meant is known with the first request line: nothing is dialled before'
const WITH_PATH = 'the path of the server is in it: test/transports/edits.test.ts'

transportLaws('many servers behind one listener', startRouted(), {
  except: {
    'law 3: passes CONNECT': NOBODY,
    'law 13: asks upstream for `*`': '`*` names no server',
    'law 17: passes DELETE and OPTIONS': '`OPTIONS *` names no server',
    'law 6: passes FIN of the client as FIN before a word': AT_THE_HEAD,
    'law 6: passes RST of the client as RST before a word': AT_THE_HEAD,
    'law 6: passes FIN of the server as FIN before a word': AT_THE_HEAD,
    'law 6: passes RST of the server as RST before a word': AT_THE_HEAD,
    'law 6: passes RST of a client that leaves as soon as it has asked': AT_THE_HEAD,
    'law 6: passes what a server says unasked': AT_THE_HEAD,
    'law 6: passes the end of an aborted fetch': 'Node’s fetch makes its own connections, without the path',
    'law 12: rewrites redirects': WITH_PATH,
    'law 12: passes every other Location': WITH_PATH,
    'law 12: passes cookies': WITH_PATH,
    'law 12: frees cookies': WITH_PATH,
    'law 12: finds the heads among': WITH_PATH,
    'law 12: rewrites nothing in a connection that has been switched': NOBODY,
    'law 14: passes a bad request': NOBODY,
    'law 14: passes HTTP/0.9': NOBODY,
    'law 14: passes HTTP/2': NOBODY,
    'law 14: passes a TLS hello': NOBODY,
    'law 14: passes noise': NOBODY,
    'law 14: passes a single byte': NOBODY,
  },
})
