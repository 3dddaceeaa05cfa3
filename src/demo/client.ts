import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { setTimeout as delay } from 'node:timers/promises'
import { createChance, shuffledPieces, type Chance, type Piece } from './pieces.ts'

/** A running demo client. */
export interface DemoClient {
  /** Ends the session and every timer. */
  close(): Promise<void>
}

export interface DemoClientOptions {
  /** The server's address, or the proxy's in front of it. */
  url: string
  /** Of all its choices: the same seed plays the same pieces in the same order. */
  seed: number
  /** Shortest and longest pause between two pieces. Default 2 to 4 s. */
  pauseMs?: readonly [least: number, most: number]
  /** Pieces played in one session before it is ended and a new one opened. Default 20, about a minute. */
  piecesPerSession?: number
}

/** Longest a piece may take: what hangs is cancelled, so that calls do not pile up. */
const PIECE_MS = 20_000

/**
 * Plays pieces through the proxy, one after the other, with pauses: never more than a handful of calls at once. Every third session is
 * of the stateless era. What fails is left to the record; after an error it waits and opens a new session.
 */
export const runDemoClient = ({
  url,
  seed,
  pauseMs = [2000, 4000],
  piecesPerSession = 20,
}: DemoClientOptions): DemoClient => {
  const chance = createChance(seed)
  const stop = new AbortController()
  const rest = (ms: number): Promise<void> => delay(ms, undefined, { signal: stop.signal }).catch(() => undefined)
  const pause = (): Promise<void> => rest(pauseMs[0] + chance() * (pauseMs[1] - pauseMs[0]))

  const session = async (stateless: boolean): Promise<void> => {
    const transport = new StreamableHTTPClientTransport(new URL(url))
    const client = createClient(stateless)
    try {
      await client.connect(transport, { signal: stop.signal })
      const programme = shuffledPieces(stateless, chance)
      for (let played = 0; played < piecesPerSession && !stop.signal.aborted; played++) {
        await playOne(client, programme.next().value, chance, stop.signal)
        await pause()
      }
      await transport.terminateSession()
    } finally {
      await client.close()
    }
  }
  const life = async (): Promise<void> => {
    for (let count = 1; !stop.signal.aborted; count++) {
      try {
        await session(count % 3 === 0)
      } catch {
        await pause()
      }
    }
  }
  const ended = life()
  return {
    close: async () => {
      stop.abort()
      await ended
    },
  }
}

const createClient = (stateless: boolean): Client => {
  const client = new Client(
    { name: stateless ? 'demo-client-stateless' : 'demo-client', version: '1.0.0' },
    {
      capabilities: { elicitation: {}, sampling: {}, roots: {} },
      ...(stateless ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {}),
    },
  )
  client.setRequestHandler('elicitation/create', async () => {
    await delay(300)
    return { action: 'accept' as const, content: { gift: true } }
  })
  client.setRequestHandler('sampling/createMessage', async () => {
    await delay(200)
    return { role: 'assistant' as const, model: 'demo', content: { type: 'text' as const, text: 'Read it slowly.' } }
  })
  return client
}

const playOne = async (client: Client, piece: Piece, chance: Chance, stopped: AbortSignal): Promise<void> => {
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(PIECE_MS)])
  try {
    await piece.play(client, { signal, timeout: PIECE_MS }, chance)
  } catch (error) {
    // An answer that says no is part of the show, and so is our own stop; a dead connection ends the session.
    const answered = error instanceof Error && 'code' in error && Number.isInteger(error.code)
    if (!answered && !signal.aborted) throw error
  }
}
