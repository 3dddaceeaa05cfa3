import { defaultFilter, isRowKind, type Filter, type RowKind } from './filter.ts'

/** Tabs of the detail pane. */
export const tabs = ['message', 'http', 'raw', 'timing', 'faults', 'related'] as const
export type Tab = (typeof tabs)[number]

/** What the address bar holds: everything needed to come back to the same screen, never the token. */
export interface Route {
  /** Id of a view in the registry (`views/index.ts`). */
  readonly view: string
  /** Session uid; null = all traffic. */
  readonly session: string | null
  /** Selected frame. */
  readonly frame: number | null
  /** Selected line of the log; one of the two at most. */
  readonly log: number | null
  readonly tab: Tab
  readonly filter: Filter
}

export const defaultRoute: Route = {
  view: 'traffic',
  session: null,
  frame: null,
  log: null,
  tab: 'message',
  filter: defaultFilter,
}

const isTab = (text: string | null): text is Tab => tabs.some((tab) => tab === text)

const idOf = (text: string | null): number | null => {
  const id = Number(text)
  return Number.isSafeInteger(id) && id > 0 ? id : null
}

/** Reads a query string. What it does not know it leaves at the default. */
export function parseRoute(search: string): Route {
  const query = new URLSearchParams(search)
  const frame = idOf(query.get('frame'))
  const tab = query.get('tab')
  const direction = query.get('dir')
  const hidden = (query.get('hide') ?? '').split(',').filter(isRowKind)
  return {
    view: query.get('view') ?? defaultRoute.view,
    session: query.get('session'),
    frame,
    log: frame === null ? idOf(query.get('log')) : null,
    tab: isTab(tab) ? tab : defaultRoute.tab,
    filter: {
      text: query.get('q') ?? '',
      all: query.get('all') === '1',
      direction: direction === 'c2s' || direction === 's2c' ? direction : null,
      hidden: new Set<RowKind>(hidden),
    },
  }
}

/** The query string for a route, `?` included; empty for the default. Defaults are left out. */
export function formatRoute({ view, session, frame, log, tab, filter }: Route): string {
  const query = new URLSearchParams()
  if (view !== defaultRoute.view) query.set('view', view)
  if (session !== null) query.set('session', session)
  if (filter.text !== '') query.set('q', filter.text)
  if (filter.all) query.set('all', '1')
  if (filter.direction !== null) query.set('dir', filter.direction)
  if (filter.hidden.size > 0) query.set('hide', [...filter.hidden].toSorted().join(','))
  if (frame !== null) query.set('frame', String(frame))
  if (log !== null) query.set('log', String(log))
  if (tab !== defaultRoute.tab) query.set('tab', tab)
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}
