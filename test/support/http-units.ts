/** HTTP units as faults see them, their bytes readable: `respond` and the like give text that says what was asked for. */
import type { Unit } from '../../src/faults/unit.ts'
import type { Subject, SubjectMessage } from '../../src/filter/subject.ts'
import { subjectOf } from './damage.ts'

const fieldsOf =
  (fields: Readonly<Record<string, string>>) =>
  (name: string): string | undefined =>
    fields[name]

export const message = (changes: Partial<SubjectMessage> = {}): SubjectMessage => ({
  kind: 'request',
  method: 'tools/call',
  tool: null,
  uri: null,
  id: '7',
  code: null,
  ...changes,
})

/** A POST to `/mcp` with a `tools/call`, or what `subject` makes of it. */
export function request(subject: Partial<Subject> = {}, fields: Readonly<Record<string, string>> = {}): Partial<Unit> {
  return {
    asks: true,
    exchange: 0,
    subject: subjectOf({
      direction: 'c2s',
      kind: 'body',
      transport: 'http',
      verb: 'POST',
      path: '/mcp',
      messages: [message()],
      header: fieldsOf({ host: 'proxy:6278', ...fields }),
      ...subject,
    }),
    withHead: (changes) => Buffer.from(`head ${JSON.stringify(changes)}`),
    another: () => null,
    respond: (status, headers, body) =>
      Buffer.from(`${status} ${JSON.stringify(headers)} ${Buffer.from(body).toString()}`),
    answer: (json) => Buffer.from(`200 ${json}`),
  }
}

/** An event of an answer’s stream. */
export function event(subject: Partial<Subject> = {}): Partial<Unit> {
  return {
    exchange: 0,
    subject: subjectOf({ kind: 'event', transport: 'http', verb: 'POST', status: 200, stream: 'post', ...subject }),
    another: (json) => Buffer.from(`event ${json}`),
    block: (text) => Buffer.from(`block ${text}`),
  }
}

/** The head of an answer that is an event stream. */
export function head(subject: Partial<Subject> = {}, fields: Readonly<Record<string, string>> = {}): Partial<Unit> {
  return {
    exchange: 0,
    json: null,
    subject: subjectOf({
      kind: 'head',
      transport: 'http',
      verb: 'POST',
      status: 200,
      stream: 'post',
      header: fieldsOf(fields),
      ...subject,
    }),
    withHead: (changes) => Buffer.from(`head ${JSON.stringify(changes)}`),
    another: () => null,
    block: (text) => Buffer.from(`block ${text}`),
    body: (bytes) => bytes,
  }
}

/** What closes the body of an event stream. */
export const bodyEnd = (): Partial<Unit> => ({ ...event({ kind: 'end' }), json: null })
