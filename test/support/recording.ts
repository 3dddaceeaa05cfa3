import { join } from 'node:path'
import type { ConnectionInfo, Tap } from '../../src/pipe/tap.ts'
import type { Depth } from '../../src/recorder/context.ts'
import { LossCounter } from '../../src/recorder/loss.ts'
import { Packer } from '../../src/recorder/packer.ts'
import type { PackedBuffer } from '../../src/recorder/packing.ts'
import { createRecorderTap } from '../../src/recorder/recorder-tap.ts'
import { Recording } from '../../src/recorder/recording.ts'
import { Redactor, type RedactionRules } from '../../src/recorder/redaction.ts'
import type { Reader } from '../../src/store/index.ts'
import { openReader } from '../../src/store/reader.ts'
import { createWriter, type WriterInstance } from '../../src/store/writer.ts'
import { temporaryFolder } from './temporary.ts'

export const instance: WriterInstance = { role: 'proxy', name: '', url: null, target: null, uiPort: null }

export const info: ConnectionInfo = {
  transport: 'http',
  server: 'localhost:3000',
  target: 'http://localhost:3000/mcp',
  clientAddress: '127.0.0.1',
  clientPort: 50_000,
  localAddress: '127.0.0.1',
  localPort: 6278,
}

export interface Taped {
  readonly path: string
  readonly tap: Tap
  /** Traffic between its `begin` and its `end` does not reach the recording. */
  readonly lost: LossCounter
  /** Everything tapped so far is handed to the recording, and stored. */
  commit(): void
  readonly reader: Reader
  /** The recording ends, and is stored. */
  finish(at: number): void
  /** Stores, closes, removes. */
  close(): void
}

/** The whole recorder without its thread: a tap whose buffers go straight into a recording. */
export function record({
  redact = {},
  depth = 'full',
  capacity,
}: {
  redact?: RedactionRules
  depth?: Depth
  capacity?: number
} = {}): Taped {
  let clean = (): void => undefined
  const path = join(
    temporaryFolder((done) => (clean = done)),
    'capture.db',
  )
  const writer = createWriter(path, instance, 1)
  const recording = new Recording(writer, new Redactor(redact, Buffer.alloc(32, 7)), depth)
  const full: PackedBuffer[] = []
  const packer = new Packer((packed) => full.push(packed), capacity)
  const lost = new LossCounter()
  const tap = createRecorderTap(packer, lost, () => undefined)
  const commit = (): void => {
    packer.flush()
    for (const { buffer, length } of full.splice(0)) {
      recording.receive(buffer, length)
      // What the recording still needs it must have copied: the buffer is filled anew by the live thread.
      new Uint8Array(buffer).fill(0xee)
      packer.reuse(buffer)
    }
    recording.commit()
  }
  let reader: Reader | undefined
  return {
    path,
    tap,
    lost,
    commit,
    get reader() {
      return (reader ??= openReader(path))
    },
    finish(at) {
      recording.finish(at)
      recording.commit()
    },
    close() {
      reader?.close()
      recording.finish()
      recording.commit()
      writer.close(2)
      clean()
    },
  }
}
