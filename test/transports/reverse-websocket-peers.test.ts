import { websocketPeerLaws } from '../laws/websocket-peers.ts'
import { startRecorded } from '../support/start-recorded.ts'

websocketPeerLaws('the reverse proxy, between real peers', startRecorded())
