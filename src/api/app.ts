/** The control API and the page, as one function from request to response. */
import { Hono } from 'hono'
import { nearest } from '../errors/nearest.ts'
import { ProxyError } from '../errors.ts'
import type { Reader } from '../store/index.ts'
import type { PersonaCard } from './contract.ts'
import type { Controls } from './controls.ts'
import { type GuardOptions, ownCallers, ownNames, secureHeaders } from './guard.ts'
import type { LiveClock } from './live.ts'
import { pageFiles } from './page-files.ts'
import { problem } from './problem.ts'
import { callRoutes } from './routes/calls.ts'
import { decisionRoutes } from './routes/decisions.ts'
import { faultRoutes } from './routes/faults.ts'
import { filterRoutes } from './routes/filter.ts'
import { flowRoutes } from './routes/flows.ts'
import { frameRoutes } from './routes/frames.ts'
import { heldRoutes } from './routes/held.ts'
import { liveRoutes } from './routes/live.ts'
import { logRoutes } from './routes/logs.ts'
import { personaRoutes } from './routes/personas.ts'
import { ruleRoutes } from './routes/rules.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { statusRoutes } from './routes/status.ts'
import type { Setting } from './status.ts'

export interface ApiOptions {
  readonly reader: Reader
  readonly controls: Controls
  /** Personas there are. Default: none. */
  readonly personas?: () => readonly PersonaCard[]
  readonly guard: GuardOptions
  readonly setting: Setting
  /** Folder of the built page. */
  readonly uiFolder: string
  /** Microseconds since the epoch. */
  readonly now: () => number
  readonly clock: LiveClock
  /** Ends every `/api/live`. */
  readonly stopping: AbortSignal
}

/** Routes as in `contract.ts`. Adding a noun: a file in `routes/`, a line here, a line in the table there. */
export function createApi({
  reader,
  controls,
  personas = () => [],
  guard,
  setting,
  uiFolder,
  now,
  clock,
  stopping,
}: ApiOptions): Hono {
  const routes: { readonly [noun: string]: Hono } = {
    status: statusRoutes(reader, setting, now),
    sessions: sessionRoutes(reader),
    flows: flowRoutes(reader),
    frames: frameRoutes(reader),
    calls: callRoutes(reader),
    logs: logRoutes(reader),
    filter: filterRoutes(reader),
    rules: ruleRoutes(reader, controls),
    faults: faultRoutes(),
    personas: personaRoutes(personas),
    decisions: decisionRoutes(reader),
    held: heldRoutes(reader, controls),
    live: liveRoutes(reader, setting, now, clock, stopping),
  }
  const app = new Hono()
  app.use(secureHeaders)
  app.onError((error, c) => problem(c, error))
  app.use(ownNames(guard))
  app.use('/api/*', ownCallers(guard))
  for (const [noun, route] of Object.entries(routes)) app.route(`/api/${noun}`, route)
  app.use(pageFiles(uiFolder))
  app.notFound((c) => problem(c, noRoute(c.req.method, c.req.path, Object.keys(routes))))
  return app
}

function noRoute(method: string, path: string, nouns: readonly string[]): ProxyError {
  const near = nearest(path.slice(0, 100), ['/', ...nouns.map((noun) => `/api/${noun}`)])
  return new ProxyError('NOT_FOUND', `There is no ${method} ${path} here.`, {
    hint:
      near === undefined
        ? `There are: ${nouns.map((noun) => `/api/${noun}`).join(', ')}.`
        : `Did you mean GET ${near}?`,
  })
}
