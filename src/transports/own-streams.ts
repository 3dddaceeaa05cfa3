/** The three streams we were started with, as our client's side of a conversation. */
import { spawn } from 'node:child_process'
import { closeSync, fstatSync, openSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'

const NOTHING = new Uint8Array(0)

/** What a client has given its server to talk over. */
export interface ClientStreams {
  readonly input: Readable
  readonly output: Writable
  readonly errors: Writable
  /** Nothing is read any more: what the client still writes fails, as it would with the server that stopped reading. */
  closeInput(): void
  /** The output is at its end: the client reads that. Resolves when everything written has left, or cannot leave any more. */
  closeOutput(): Promise<void>
  /** Whoever else holds the other end of `source` goes on writing to the client when we are gone. */
  handOver(source: Readable, to: 'output' | 'errors'): Promise<void>
}

/**
 * Opens them without ever blocking: where the client does not read, our writes wait, and nothing else does.
 *
 * Node never closes descriptors 0 to 2 (libuv), so they are closed here by hand; `/dev/null` takes their place, as else the next
 * file opened would. A thread that starts opens files at any moment, and libuv aborts when it closes one that got such a number:
 * nothing is closed before `settled`, when no thread starts any more.
 */
export function ownStreams(settled: Promise<void>): ClientStreams {
  const input = process.stdin
  const output = openOutput()
  return {
    input,
    output: output ?? process['stdout'],
    errors: process.stderr,
    closeInput: () => void settled.then(() => closeBehind(input, 0, 'r')),
    closeOutput: async () => {
      if (output === null) return
      // no shutdown: of a socket it would end what others write to it too
      await flushed(output)
      await settled
      await closeBehind(output, 1, 'w')
    },
    handOver: async (source, to) => {
      await flushed(to === 'output' ? (output ?? process['stdout']) : process.stderr)
      const cat = spawn('/bin/cat', [], {
        env: {},
        cwd: '/',
        stdio: [source, to === 'output' ? 1 : 2, 'ignore'],
        detached: true,
      })
      cat.on('error', () => undefined)
      cat.unref()
      source.destroy()
    },
  }
}

/** A pipe or socket as a stream of our own, for `process.stdout` cannot be closed; null for anything else. */
function openOutput(): Socket | null {
  const stat = fstatSync(1)
  return stat.isFIFO() || stat.isSocket() ? new Socket({ fd: 1, readable: false, writable: true }) : null
}

/** Resolves when everything written has left, or cannot any more. */
function flushed(stream: Writable): Promise<void> {
  if (stream.writableLength === 0 || stream.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    stream.once('close', resolve)
    stream.write(NOTHING, () => resolve())
  })
}

async function closeBehind(stream: Readable | Writable, fd: number, mode: 'r' | 'w'): Promise<void> {
  if (!stream.destroyed) {
    const closed = new Promise((resolve) => stream.once('close', resolve))
    stream.destroy()
    await closed
  }
  try {
    closeSync(fd)
    openSync('/dev/null', mode)
  } catch {
    // closed by somebody else: what was to be reached
  }
}
