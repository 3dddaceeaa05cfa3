import type { FramePage, FrameRow } from '../../../src/api/contract.ts'
import type { Api } from '../api/client.ts'
import type { Calls } from './calls.ts'
import { defaultFilter, frameQuery, matches, type Filter } from './filter.ts'

/** What the list shows: a filter within one session or all. */
export interface Scope {
  readonly session: string | null
  readonly filter: Filter
}

/** Pages asked for in a row when the page's own filter leaves nothing of them, or to catch up. */
export const pagesInRow = 6

/** Frames of the capture, page by page, as far as a scope lets them through; with their calls. */
export class FramePages {
  scope: Scope = { session: null, filter: defaultFilter }
  readonly #api: Api
  readonly #calls: Calls

  constructor(api: Api, calls: Calls) {
    this.#api = api
    this.#calls = calls
  }

  accepts(row: FrameRow): boolean {
    return matches(row, this.scope.filter, this.scope.session)
  }

  async ask(query: Record<string, number>, signal: AbortSignal): Promise<FramePage> {
    const { filter, session } = this.scope
    return this.#api.get<FramePage>('/api/frames', { ...frameQuery(filter, session), ...query }, signal)
  }

  /** The rows the filter lets through, once their calls are known. */
  async accepted(rows: readonly FrameRow[]): Promise<FrameRow[]> {
    const shown = rows.filter((row) => this.accepts(row))
    await this.#calls.loadFor(shown, this.scope.session)
    return shown
  }

  /** Reads backwards from `before` until there is something to show, or the beginning. */
  async back(before: number | null, size: number, signal: AbortSignal) {
    let rows: FrameRow[] = []
    let from = before
    for (let page = 0; page < pagesInRow; page++) {
      const answer = await this.ask({ ...(from !== null && { before: from }), limit: size }, signal)
      rows = (await this.accepted(answer.rows)).concat(rows)
      if (answer.scannedTo === null && answer.rows.length < size) return { rows, more: false, from }
      from = answer.scannedTo ?? answer.rows[0]?.id ?? from
      if (rows.length >= Math.min(size, 100)) break
    }
    return { rows, more: true, from }
  }
}
