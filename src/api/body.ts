/** What a request to the API may carry: JSON of bounded size, checked like its query. */
import type { Context } from 'hono'
import type { z } from 'zod'
import { ProxyError } from '../errors.ts'
import { inOurWords } from '../faults/rules/wanted.ts'

/** More than any list of rules, or any message a person edits by hand. */
const BYTES = 4 * 1024 * 1024

/** The body as `shape` reads it. Throws `REQUEST_INVALID`. */
export async function body<Shape extends z.ZodType>(c: Context, shape: Shape): Promise<z.output<Shape>> {
  const parsed = shape.safeParse(await json(c), { error: inOurWords(shape) })
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => [...path, message].join(': '))
  throw new ProxyError('REQUEST_INVALID', problems.join('; '), { hint: 'The routes and what they take: contract.ts.' })
}

async function json(c: Context): Promise<unknown> {
  let text = ''
  let size = 0
  const decoder = new TextDecoder()
  for await (const chunk of c.req.raw.body ?? []) {
    size += chunk.length
    if (size > BYTES) throw new ProxyError('REQUEST_INVALID', `The body is larger than ${BYTES / 1024 / 1024} MiB.`)
    text += decoder.decode(chunk, { stream: true })
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ProxyError('REQUEST_INVALID', `The body is no JSON: ${(error as Error).message}`, {
      hint: 'Send Content-Type: application/json.',
    })
  }
}
