/** Entry of the recorder's worker thread. */
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import type { ThreadSettings, ToThread } from './messages.ts'
import { startRecording } from './recorder-loop.ts'

const port = parentPort!
// On Linux this nices the calling thread alone, so that traffic goes first; elsewhere it would be the whole process.
if (process.platform === 'linux') setPriority(0, 10)
const loop = startRecording(workerData as ThreadSettings, (message, transfer) =>
  port.postMessage(message, transfer ?? []),
)
port.on('message', (message: ToThread) => loop?.receive(message))
