/** Errors as the API tells them: one shape, one table of statuses. */
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { type ErrorCode, ProxyError } from '../errors.ts'
import type { ApiError } from './contract.ts'

const STATUS: { readonly [Code in ErrorCode]?: ContentfulStatusCode } = {
  REQUEST_INVALID: 400,
  FILTER_INVALID: 400,
  RULE_INVALID: 400,
  OPTION_INVALID: 400,
  CONFIG_INVALID: 400,
  TARGET_INVALID: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  INSTANCE_NONE: 404,
  INSTANCE_AMBIGUOUS: 409,
  SELF_TARGET: 409,
  LISTEN_FAILED: 409,
  STORE_NEWER: 409,
  UPSTREAM_UNREACHABLE: 502,
  STORE_OPEN_FAILED: 503,
  STORE_NOT_A_CAPTURE: 503,
  UPSTREAM_TIMEOUT: 504,
}

/** An error of ours with the status of its code; anything else is a bug: 500, told by its message. */
export function problem(c: Context, error: unknown): Response {
  if (error instanceof ProxyError) return answer(c, STATUS[error.code] ?? 500, error.code, error.message, error.hint)
  const message = error instanceof Error ? error.message : String(error)
  return answer(c, 500, 'BUG', `The control API failed: ${message}`, 'The traffic is not affected. Please report this.')
}

function answer(c: Context, status: ContentfulStatusCode, code: string, message: string, hint: string): Response {
  const body: ApiError = { code, message, hint }
  if (status === 401) c.header('WWW-Authenticate', 'Bearer')
  return c.json(body, status)
}
