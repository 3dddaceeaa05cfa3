/** Waits for a process to say that it is ready. */
import { StringDecoder } from 'node:string_decoder'
import type { Readable } from 'node:stream'
import type { Clock } from '../pipe/clock.ts'

/** One that has not said it by then is taken for ready. */
const PATIENCE_MS = 30_000

/** What became of the waiting. `gone`: its streams have ended. */
export type Readiness = 'said' | 'gone' | 'late'

/** Resolves when one of the streams has said this text, whatever chunks it comes in, and at the latest after 30 s. Reads nothing itself: others do. */
export function saysReady(text: string, streams: readonly Readable[], clock: Clock): Promise<Readiness> {
  return new Promise((resolve) => {
    const stops: (() => void)[] = []
    let open = streams.length
    const settle = (how: Readiness): void => {
      for (const stop of stops) stop()
      resolve(how)
    }
    for (const stream of streams) {
      const decoder = new StringDecoder('utf8')
      let tail = ''
      const data = (bytes: Uint8Array): void => {
        tail += decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
        if (tail.includes(text)) settle('said')
        else tail = tail.slice(-text.length)
      }
      const end = (): void => {
        if (--open === 0) settle('gone')
      }
      stream.on('data', data)
      stream.once('close', end)
      stops.push(() => {
        stream.off('data', data)
        stream.off('close', end)
      })
    }
    stops.push(clock.at(clock.now() + PATIENCE_MS * 1000, () => settle('late')))
  })
}
