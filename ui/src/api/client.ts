import type { ApiError } from '../../../src/api/contract.ts'

/** An answer of the API that is no answer, or none at all. `status` 0: it could not be reached. */
export class ApiFailure extends Error {
  readonly error: ApiError
  readonly status: number

  constructor(error: ApiError, status: number) {
    super(error.message)
    this.name = 'ApiFailure'
    this.error = error
    this.status = status
  }
}

/** A JSON answer's failure as people should read it; anything that is no `ApiFailure` is a bug and shown as such. */
export function errorOf(reason: unknown): ApiError {
  if (reason instanceof ApiFailure) return reason.error
  return { code: 'PAGE_FAILED', message: String(reason), hint: 'Reload the page; if it stays, report it.' }
}

export type Query = Readonly<Record<string, string | number | null>>

/** The control API. Every method throws `ApiFailure`. */
export interface Api {
  get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T>
  /** Changes something, or asks with more than a query holds. `body` becomes JSON. */
  send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown, signal?: AbortSignal): Promise<T>
  bytes(path: string, signal?: AbortSignal): Promise<Uint8Array>
  /** The answer as it comes, for `/api/live`. */
  open(path: string, query: Query, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>
}

const unreachable: ApiError = {
  code: 'UNREACHABLE',
  message: 'mitmcp does not answer.',
  hint: 'Check that it still runs in its terminal. This page reconnects by itself.',
}

const withQuery = (path: string, query: Query) => {
  const fields = Object.entries(query).flatMap<[string, string]>(([name, value]) =>
    value === null ? [] : [[name, String(value)]],
  )
  const text = new URLSearchParams(fields).toString()
  return text === '' ? path : `${path}?${text}`
}

async function failureOf(response: Response): Promise<ApiFailure> {
  const fallback = { code: `HTTP_${response.status}`, message: `The API answered ${response.status}.`, hint: '' }
  try {
    const body = (await response.json()) as Partial<ApiError>
    const { code = fallback.code, message = fallback.message, hint = '' } = body
    return new ApiFailure({ code, message, hint }, response.status)
  } catch {
    return new ApiFailure(fallback, response.status)
  }
}

interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

const jsonBody = (body: unknown): Sent =>
  body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }

/** `onUnauthorized` is told of every 401, so that the page can ask for the token anew. */
export function createApi(token: string, onUnauthorized: (error: ApiError) => void): Api {
  const ask = async (path: string, query: Query, signal?: AbortSignal, { headers = {}, ...rest }: Sent = {}) => {
    const all = { authorization: `Bearer ${token}`, ...headers }
    let response: Response
    try {
      response = await fetch(withQuery(path, query), { ...rest, headers: all, ...(signal && { signal }) })
    } catch (cause) {
      if (signal?.aborted) throw cause
      throw new ApiFailure(unreachable, 0)
    }
    if (response.ok) return response
    const failure = await failureOf(response)
    if (response.status === 401) onUnauthorized(failure.error)
    throw failure
  }
  return {
    get: async <T>(path: string, query: Query = {}, signal?: AbortSignal) =>
      (await (await ask(path, query, signal)).json()) as T,
    send: async <T>(method: string, path: string, body?: unknown, signal?: AbortSignal) =>
      (await (await ask(path, {}, signal, { method, ...jsonBody(body) })).json()) as T,
    bytes: async (path, signal) => new Uint8Array(await (await ask(path, {}, signal)).arrayBuffer()),
    open: async (path, query, signal) => {
      const { body } = await ask(path, query, signal)
      if (body === null) throw new ApiFailure(unreachable, 0)
      return body
    },
  }
}
