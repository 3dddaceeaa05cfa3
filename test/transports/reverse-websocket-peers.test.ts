import { websocketPeerLaws } from '../laws/websocket-peers.ts'
import { startReverse } from '../support/start-reverse.ts'

websocketPeerLaws('the reverse proxy, between real peers', startReverse())
