import { useEffect, useState } from 'preact/hooks'
import type { RuleReading, WrittenRule } from '../../../src/api/contract.ts'
import { errorOf } from '../api/client.ts'
import { useApp } from '../app-context.ts'

/** Asked once the hand rests for this long. */
const restMs = 150

/** What the rule says and what is wrong with it, as it is typed. The last answer stays until the next has come; null at first. */
export function useReading(rule: WrittenRule | null): RuleReading | null {
  const { api } = useApp()
  const [reading, setReading] = useState<RuleReading | null>(null)
  const body = rule === null ? null : JSON.stringify({ rule })
  useEffect(() => {
    if (body === null) return setReading(null)
    const over = new AbortController()
    const timer = setTimeout(() => {
      api
        .send<RuleReading>('POST', '/api/rules/explain', JSON.parse(body), over.signal)
        .then(setReading)
        .catch((cause: unknown) => {
          if (over.signal.aborted) return
          const { message, hint } = errorOf(cause)
          setReading({ sentence: null, problems: [{ path: '', message: `${message} ${hint}`.trim() }] })
        })
    }, restMs)
    return () => {
      clearTimeout(timer)
      over.abort()
    }
  }, [api, body])
  return reading
}
