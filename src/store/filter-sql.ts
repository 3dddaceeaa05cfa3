/**
 * A filter as SQL: the same meaning as `compile` of `filter/`, held to it by a test with any filter on any rows.
 *
 * What a row does not know is false, never NULL, so that a negation is true of it: every condition on a column that may be NULL
 * stands within EXISTS, or under IS TRUE.
 */
import { type Filter, KEYS, type Node, type Term } from '../filter/index.ts'
import { matcher } from '../filter/pattern.ts'
import type { Value } from '../filter/tree.ts'
import { DIRECTIONS } from './columns.ts'
import { touchedBy } from './fault-rules.ts'
import { FRAME_KINDS, MESSAGE_KINDS } from './schema.ts'
import { Conditions, path } from './filter-values.ts'

/** What is asked: rows of `frame`, or of `call` joined to the `frame` of its request. */
export interface FilterSource {
  /** True where a message of it fits `condition` (on `message`). */
  message(condition: string): string
  /** True where its call fits `condition` (on `call`). */
  call(condition: string): string
  /** True where a message of it has a code that fits. */
  code(fits: (column: string) => string): string
}

export interface FilterSql {
  readonly where: string
  readonly values: { readonly [name: string]: string | number }
  /** False: rows it gives have to be asked again, with the predicate. Rows it leaves out are out. */
  readonly exact: boolean
}

const ofFrame = `SELECT message.call FROM message WHERE message.frame = frame.id AND message.call IS NOT NULL ORDER BY idx LIMIT 1`

/** Frames within `@low` to `@high`: messages lie in the order of their frames, so one walk finds those that fit. */
export const framesWalked: FilterSource = framesWith(
  (condition) =>
    `frame.id IN (SELECT message.frame FROM message WHERE message.frame BETWEEN @low AND @high AND (${condition}))`,
)

/** Few frames, here and there: the messages of each are looked up. */
export const framesLookedUp: FilterSource = framesWith(
  (condition) =>
    `(frame.messages > 0 AND EXISTS (SELECT 1 FROM message WHERE message.frame = frame.id AND (${condition})))`,
)

function framesWith(message: FilterSource['message']): FilterSource {
  return {
    message,
    call: (condition) =>
      `(frame.messages > 0 AND EXISTS (SELECT 1 FROM call WHERE call.id = (${ofFrame}) AND (${condition})))`,
    code: (fits) => message(fits('message.code')),
  }
}

/** A call is asked as its request, with the code of its answer. */
export const calls: FilterSource = {
  message: (condition) =>
    `EXISTS (SELECT 1 FROM message WHERE message.frame = call.request_frame AND message.call = call.id AND (${condition}))`,
  call: (condition) => `((${condition}) IS TRUE)`,
  code: (fits) => `((${fits('call.code')}) IS TRUE)`,
}

/** `now` in µs since the epoch, for `since:`. */
export function filterSql({ root }: Filter, source: FilterSource, now: number): FilterSql {
  const conditions = new Conditions()
  let exact = true
  /** `most`: where SQL cannot tell, true rather than false. */
  const nodeSql = (node: Node, most: boolean): string => {
    switch (node.kind) {
      case 'term': {
        const sql = termSql(node, source, conditions, now)
        if (sql !== null) return sql
        exact = false
        return most ? '1' : '0'
      }
      case 'not':
        return `NOT ${nodeSql(node.node, !most)}`
      case 'and':
      case 'or': {
        const all = node.nodes.map((each) => nodeSql(each, most))
        return all.length === 0 ? '1' : `(${all.join(node.kind === 'and' ? ' AND ' : ' OR ')})`
      }
    }
  }
  return { where: nodeSql(root, true), values: conditions.values, exact }
}

/** Null where the answer is in bytes. */
function termSql(term: Term, source: FilterSource, conditions: Conditions, now: number): string | null {
  const { key, values } = term
  const text = (column: string): string => conditions.text(column, values, 'caseless' in KEYS[key])
  const number = (column: string, scale = 1): string => conditions.number(column, values, scale)
  switch (key) {
    case 'dir':
      return `frame.direction IN (${indices(DIRECTIONS, values)})`
    case 'kind':
      return kindSql(values, source)
    case 'method':
      return source.message(text('message.method'))
    case 'tool':
      return source.message(text('message.tool'))
    case 'uri':
      return source.message(text('message.uri'))
    case 'id':
      return source.message(idSql(text))
    case 'code':
      return source.code(number)
    case 'verb':
      return flow(text('flow.verb'))
    case 'path':
      return flow(pathSql(text))
    case 'status':
      return flow(number('flow.status'))
    case 'stream':
      return flow(text('flow.stream'))
    case 'ending':
      return flow(text(ENDING))
    case 'session':
      return session(text('session.uid'))
    case 'client':
      return session(
        `${text('session.client_name')} OR ${text(`session.client_name || '/' || coalesce(session.client_version, '')`)}`,
      )
    case 'era':
      return both(text('coalesce(flow.era, session.era)'))
    case 'transport':
      return both(text('coalesce(session.transport, flow.kind)'))
    case 'server':
      return connection(text('connection.server'))
    case 'tap':
      return connection(text('instance.name'))
    case 'outcome':
      return source.call(text('call.outcome'))
    case 'duration':
      return source.call(number(`(${ARRIVED} - call.requested_at)`, 1000))
    case 'fault':
      return touchedBy((rule) => (values.some(isAny) ? '1' : text(rule)))
    case 'size':
      return `(${number('frame.size')})`
    case 'since':
      return `frame.received_at >= ${conditions.value(now - longest(values) * 1000)}`
    case 'header':
    case 'text':
      return null
  }
}

/** When its answer got to who asked, else when it came here. */
const ARRIVED = `coalesce((SELECT answers.sent_last FROM frame AS answers WHERE answers.id = call.response_frame), call.answered_at)`

const flow = (condition: string): string => `EXISTS (SELECT 1 FROM flow WHERE flow.id = frame.flow AND (${condition}))`

const session = (condition: string): string =>
  `EXISTS (SELECT 1 FROM session WHERE session.id = frame.session AND (${condition}))`

const both = (condition: string): string =>
  `EXISTS (SELECT 1 FROM flow LEFT JOIN session ON session.id = frame.session WHERE flow.id = frame.flow AND (${condition}))`

const connection = (condition: string): string =>
  `EXISTS (SELECT 1 FROM connection JOIN instance ON instance.id = connection.instance
    WHERE connection.id = frame.connection AND (${condition}))`

/** As `endingOf` of the subject. */
const ENDING = `CASE WHEN flow.s2c_ending ->> '$.how' <> 'clean' THEN flow.s2c_ending ->> '$.how'
  WHEN flow.c2s_ending ->> '$.how' <> 'clean' THEN flow.c2s_ending ->> '$.how'
  ELSE coalesce(flow.s2c_ending, flow.c2s_ending) ->> '$.how' END`

function kindSql(values: readonly Value[], source: FilterSource): string {
  const ofFrames = `frame.kind IN (${indices(FRAME_KINDS, values)})`
  const ofMessages = indices(MESSAGE_KINDS, values)
  const any = fitting(['message'], values).length > 0 ? ['frame.messages > 0'] : []
  const all = [ofFrames, ...any, ...(ofMessages === '' ? [] : [source.message(`message.kind IN (${ofMessages})`)])]
  return `(${all.join(' OR ')})`
}

/** The JSON text, or what a string without escapes says. */
function idSql(text: (column: string) => string): string {
  const said = `substr(message.rpc_id, 2, length(message.rpc_id) - 2)`
  return `${text('message.rpc_id')} OR (message.rpc_id LIKE '"%' AND instr(message.rpc_id, '\\') = 0 AND (${text(said)}))`
}

/** With its query, or without. */
function pathSql(text: (column: string) => string): string {
  return `${text(path)} OR (instr(${path}, '?') > 0 AND (${text(`substr(${path}, 1, instr(${path}, '?') - 1)`)}))`
}

function fitting(names: readonly string[], values: readonly Value[]): string[] {
  return names.filter((name) => values.some((value) => value.kind === 'pattern' && matcher(value)(name)))
}

function indices(names: readonly string[], values: readonly Value[]): string {
  return fitting(names, values)
    .map((name) => names.indexOf(name))
    .join(', ')
}

function isAny(value: Value): boolean {
  return value.kind === 'pattern' && value.parts.length === 1 && value.parts[0] === 'any'
}

function longest(values: readonly Value[]): number {
  return Math.max(...values.map((value) => (value.kind === 'range' ? (value.high ?? 0) : 0)))
}
