import type { FilterReading } from '../../../src/api/contract.ts'

export interface FilterReaderOptions {
  readonly ask: (text: string, cursor: number | null, signal: AbortSignal) => Promise<FilterReading>
  /** Told with the text it was asked about. */
  readonly onReading: (reading: FilterReading, text: string) => void
  /** Runs it after `ms`, unless what it gives is called before. */
  readonly wait: (ms: number, run: () => void) => () => void
}

export interface FilterReader {
  /** Asks what the text says; a newer question makes an older one void. True where it holds, false where not, undefined when void. */
  readonly read: (text: string, cursor: number | null) => Promise<boolean | undefined>
  /** Runs it once nothing was asked or put off for a while. */
  readonly later: (run: () => void) => void
}

/** Typing asks the API once the hand rests for this long. */
const restMs = 150

/** Asks the API about a filter that is being written, one question at a time. */
export function createFilterReader({ ask, onReading, wait }: FilterReaderOptions): FilterReader {
  let cancel = () => {}
  let run = new AbortController()
  return {
    later: (work) => {
      cancel()
      cancel = wait(restMs, work)
    },
    read: async (text, cursor) => {
      cancel()
      run.abort()
      run = new AbortController()
      const { signal } = run
      try {
        const reading = await ask(text, cursor, signal)
        if (signal.aborted) return undefined
        onReading(reading, text)
        return reading.problem === null
      } catch {
        // whether the API can be reached the list says; what was typed then counts as it is
        return signal.aborted ? undefined : true
      }
    },
  }
}
