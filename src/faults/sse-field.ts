import { z } from 'zod'
import { pass } from '../pipe/action.ts'
import type { Fault } from './fault.ts'
import { withRaw } from './unit.ts'

const FIELDS = ['id', 'retry', 'event', 'comment', 'bom', 'newline'] as const
type Field = (typeof FIELDS)[number]

export interface SseFieldOptions {
  readonly field: Field
  readonly act: 'remove' | 'repeat' | 'set'
  readonly value: string
}

/** Fields of events of an event stream: removed, the same in every event, or set (WHATWG HTML §9.2.5, §9.2.6). */
export const sseField: Fault<SseFieldOptions> = {
  type: 'sse-field',
  level: 3,
  summary: 'removes, repeats or sets fields of events: id, retry, event, comments, a BOM, line ends',
  needs: 'units',
  applies: ['http', 'sse'],
  narrow: 'dir:s2c kind:event',
  direction: 's2c',
  per: 'message',
  options: z
    .strictObject({
      field: z.enum(FIELDS).describe('Which; bom: a byte order mark, once per stream; newline: how lines end'),
      act: z
        .enum(['remove', 'repeat', 'set'])
        .default('set')
        .describe('remove it, repeat that of the first event of the session, or set it to value'),
      value: z
        .union([z.string(), z.number().transform(String)])
        .default('')
        .describe('For set: the id, the ms of retry (0, 600000), the name, the comment; cr, lf or crlf of newline'),
    })
    .refine(
      ({ field, value }) => field !== 'newline' || /^(cr|lf|crlf)$/.test(value),
      'newline needs the value cr, lf or crlf',
    ),
  explain: ({ field, act, value }) => {
    if (field === 'newline') return `ends lines of event streams with ${value.toUpperCase()}`
    if (field === 'bom') return 'begins event streams with a byte order mark'
    const what = field === 'comment' ? 'comments' : field
    if (act === 'remove') return `removes ${what} from events`
    return act === 'repeat'
      ? `repeats the first ${what} in every event`
      : `sets ${what} of events to ${value === '' ? 'nothing' : value}`
  },
  stage:
    ({ field, act, value }, tools) =>
    (event) => {
      if (event.kind !== 'frame') return event.kind === 'start' || event.kind === 'tick' ? [] : [pass(event)]
      // elsewhere than at the beginning it is part of a field's name
      if (field === 'bom' && hasBegun(tools.shared, event.connection, event.meaning.exchange)) return [pass(event)]
      const before = Buffer.from(event.frame.payload).toString('utf8')
      const after =
        field === 'bom'
          ? `\ufeff${before}`
          : field === 'newline'
            ? newlines(before, value)
            : lines(before, event.meaning.subject.session)
      if (after === before) return [pass(event)]
      const raw = event.meaning.withPayload(Buffer.from(after))
      return [pass(raw === null ? event : withRaw(event, raw))]

      function lines(block: string, session: string | null): string {
        const name = field === 'comment' ? '' : field
        const isField = (line: string): boolean => line.startsWith(`${name}:`) || (name !== '' && line.trim() === name)
        const all = block.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? []
        const own = all.find(isField)
        const others = all.filter((line) => !isField(line)).join('')
        if (act === 'remove') return others
        const first = `${field} ${session ?? ''}`
        if (act === 'repeat' && own !== undefined && !tools.shared.has(first)) tools.shared.set(first, own)
        const line =
          act === 'repeat'
            ? (tools.shared.get(first) as string | undefined)
            : `${name}: ${value}${/\r\n|\r|\n/.exec(block)?.[0] ?? '\n'}`
        return line === undefined ? block : line + others
      }
    },
}

/** Whether an event of that stream was seen before; says yes from then on. */
function hasBegun(shared: Map<string, unknown>, connection: number, exchange: number | null): boolean {
  const key = `begun ${connection}`
  const begun = shared.get(key) === exchange
  shared.set(key, exchange)
  return begun
}

const newlines = (block: string, value: string): string =>
  block.replaceAll(/\r\n|\r|\n/g, { cr: '\r', lf: '\n', crlf: '\r\n' }[value] ?? '\n')
