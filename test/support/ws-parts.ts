/** Parts of `ws` that its types do not name: the reader of frames and the compressor, as oracles. */
import type { Writable } from 'node:stream'
import * as all from 'ws'

interface Deflate {
  accept(offers: readonly object[]): object
  compress(bytes: Buffer, fin: boolean, done: (error: Error | null, bytes?: Buffer) => void): void
  cleanup(): void
}

interface Parts {
  readonly Receiver: new (options: {
    isServer: boolean
    skipUTF8Validation: boolean
    allowSynchronousEvents: boolean
  }) => Writable
  readonly PerMessageDeflate: new (options: {
    isServer: boolean
    serverNoContextTakeover: boolean
    threshold: number
  }) => Deflate
}

export const { Receiver, PerMessageDeflate } = all as unknown as Parts
