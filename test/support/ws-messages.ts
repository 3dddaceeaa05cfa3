/** What `ws` finds in bytes, and messages to put in. */
import { masked, OPCODE, wsFrame } from './websocket-frames.ts'
import { Receiver } from './ws-parts.ts'

export const received = {
  /** A message; in two parts where `parts`. */
  socket(text: string, client: boolean, parts: boolean): Buffer[] {
    const write = client ? masked : wsFrame
    if (!parts) return [write(OPCODE.text, text)]
    const bytes = Buffer.from(text)
    const half = bytes.length >> 1
    return [
      write(OPCODE.text, bytes.subarray(0, half), { fin: false }),
      write(OPCODE.continuation, bytes.subarray(half)),
    ]
  },
  /** Text of all messages; throws where `ws` finds an error. */
  async messages(bytes: Buffer, client: boolean): Promise<string[]> {
    const receiver = new Receiver({ isServer: client, skipUTF8Validation: false, allowSynchronousEvents: true })
    const found: string[] = []
    receiver.on('message', (data: Buffer) => void found.push(data.toString()))
    await new Promise<void>((resolve, reject) => {
      receiver.once('error', reject)
      receiver.write(bytes, () => resolve())
    })
    return found
  },
}
