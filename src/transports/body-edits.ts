/** Edits in bodies, as pure decisions: the `endpoint` event of a 2024-11-05 stream, `resource` in protected resource metadata. */
import { JsonCursor, shapeOf, textOf } from '../wire/json.ts'
import { createSseSplitter } from '../wire/sse.ts'
import { leadsElsewhere, mapReference, mayBeMapped, type UrlMap } from './url-map.ts'

/** Payload from `from` to `to` gives way to `bytes`. */
export interface PayloadEdit {
  readonly from: number
  readonly to: number
  readonly bytes: Uint8Array
  readonly rule: string
}

/**
 * What is to become of a body that begins with the payload seen.
 * - `more`: it cannot be said yet; the first `passed` bytes will not be edited
 * - `done`: this and nothing else. `unedited`: the URL that was left as it is though it leads around the proxy
 */
export type BodyVerdict =
  | { readonly kind: 'more'; readonly passed: number }
  | { readonly kind: 'done'; readonly edit: PayloadEdit | null; readonly unedited?: string }

/** `whole`: there is no more payload. Pure: the same payload gives the same verdict. */
export type BodyDecision = (payload: Uint8Array, whole: boolean) => BodyVerdict

const AS_IT_IS: BodyVerdict = { kind: 'done', edit: null }

/** `endpoint` may be given in any case the standard allows: after comments, behind its data, in lines of CR. */
const FIELD = /(?:^|\r\n|\r|\n)(event|data)(?:: ?([^\r\n]*))?(?=(\r|\n)|$)/g

/**
 * The first event of a stream (blocks of comments, `id` and `retry` alone are none): its data is mapped when it is an `endpoint`.
 * Lines before it that say nothing of it need not wait, so a payload may also begin in the middle of a block.
 * As soon as the event cannot be one, or its data cannot be a URL that is mapped, the stream is let go.
 */
export function endpointDecision(map: UrlMap): BodyDecision {
  return (payload, whole) => {
    let start = 0
    let verdict: BodyVerdict | undefined
    const splitter = createSseSplitter({
      event: (chunk, end) => {
        if (verdict !== undefined) return
        const block = latin1(chunk, start, end)
        if (fieldsOf(block).length === 0) start = end
        else verdict = endpointEdit(block, start, map)
      },
    })
    splitter.push(payload, 0, payload.length)
    if (verdict !== undefined) return verdict
    const rest = latin1(payload, start, payload.length)
    if (splitter.complete && fieldsOf(rest).length > 0) return endpointEdit(rest, start, map)
    return whole || !mayBeEndpoint(rest, map) ? AS_IT_IS : { kind: 'more', passed: start + otherLines(rest) }
  }
}

interface Field {
  readonly name: string
  readonly value: string
  /** Index of the value in its block. */
  readonly at: number
  /** Its line end has come. */
  readonly ended: boolean
}

function fieldsOf(block: string): Field[] {
  const from = block.startsWith('\u00ef\u00bb\u00bf') ? 3 : 0
  return [...block.slice(from).matchAll(FIELD)].map((match) => {
    const [line, name = '', value = '', end] = match
    return { name, value, at: from + match.index + line.length - value.length, ended: end !== undefined }
  })
}

/** Bytes of whole lines at the beginning of a block that say nothing of an endpoint. */
function otherLines(block: string): number {
  const line = /(?:\u00ef\u00bb\u00bf)?(?!(?:event|data)[:\r\n])[^\r\n]*(?:\r\n|\r|\n)/y
  let at = 0
  while (line.test(block)) at = line.lastIndex
  return at
}

function mayBeEndpoint(block: string, map: UrlMap): boolean {
  const fields = fieldsOf(block)
  const named = fields.findLast(({ name }) => name === 'event')
  if (named?.ended === true) return named.value === 'endpoint'
  if (!'endpoint'.startsWith(named?.value ?? '')) return false
  const data = fields.filter(({ name }) => name === 'data')
  return data.every(({ value, ended }) => (ended ? mapReference(value, map) !== undefined : mayBeMapped(value, map)))
}

function endpointEdit(block: string, start: number, map: UrlMap): BodyVerdict {
  const fields = fieldsOf(block)
  const data = fields.filter(({ name }) => name === 'data')
  if (fields.findLast(({ name }) => name === 'event')?.value !== 'endpoint') return AS_IT_IS
  const [first] = data
  if (first === undefined) return AS_IT_IS
  const mapped = data.length === 1 ? mapReference(first.value, map) : undefined
  if (mapped === undefined) {
    const uri = data.map(({ value }) => value).join('\n')
    return leadsElsewhere(uri, map) ? { kind: 'done', edit: null, unedited: uri } : AS_IT_IS
  }
  const from = start + first.at
  return {
    kind: 'done',
    edit: { from, to: from + mapped.length, bytes: Buffer.from(mapped.text, 'latin1'), rule: 'endpoint' },
  }
}

const METADATA = shapeOf({ resource: true })

/** Protected resource metadata (RFC 9728 §2): the origin in `resource`, in place; nothing else of the document is touched. */
export function resourceDecision(map: UrlMap): BodyDecision {
  return (payload, whole) => {
    if (!whole) return { kind: 'more', passed: 0 }
    const cursor = new JsonCursor(payload)
    const slots = new Int32Array(2)
    if (!cursor.read(METADATA, slots) || cursor.peek() !== undefined) return AS_IT_IS
    const [from = -1, to = -1] = slots
    const resource = from < 0 ? null : textOf(payload, from, to, to - from)
    if (resource === null) return AS_IT_IS
    const mapped = mapReference(resource, map)
    if (mapped === undefined || mapped.length === 0) {
      return leadsElsewhere(resource, map) ? { kind: 'done', edit: null, unedited: resource } : AS_IT_IS
    }
    const end = from + 1 + rawLength(latin1(payload, from + 1, to), mapped.length)
    return {
      kind: 'done',
      edit: { from: from + 1, to: end, bytes: Buffer.from(mapped.text, 'latin1'), rule: 'resource' },
    }
  }
}

/** Characters of JSON text that stand for the first `length` of the string: `http:\/\/` is one way of writing `http://`. */
function rawLength(raw: string, length: number): number {
  const escape = /\\u[0-9a-f]{4}|\\.|[^]/gi
  for (let k = 0; k < length; k++) escape.exec(raw)
  return escape.lastIndex
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1')
}
