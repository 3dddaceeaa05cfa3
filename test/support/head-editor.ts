/** A head editor with the edits of a reverse proxy, outside any socket. */
import { connectionEdits, type ConnectionEdits, type Rewriting } from '../../src/transports/edits.ts'
import type { EditTable } from '../../src/transports/edit-table.ts'
import { HeadEditor } from '../../src/transports/head-editor.ts'
import type { Likeness } from '../../src/pipe/likeness.ts'
import type { BodyWatch } from '../../src/transports/edit-table.ts'
import { createOutstanding, type Http1Head, type Outstanding } from '../../src/wire/http1.ts'

export const names = {
  own: new Set(['127.0.0.1:6278', 'localhost:6278']),
  ownAuthority: '127.0.0.1:6278',
  ownScheme: 'http:',
  upstream: new URL('http://example.test:3000/mcp'),
}

export interface EditorRun {
  editor: HeadEditor
  out: string[]
  edits: string[]
  timers: (() => void)[]
  /** Targets of requests, statuses of answers. */
  heads: (string | number)[]
  outstanding: Outstanding
  write(text: string, like?: Likeness): number
}

/** What two directions of one connection share. */
interface Shared {
  readonly outstanding?: Outstanding
  readonly tables?: ConnectionEdits
  readonly bodies?: BodyWatch
}

export function run(
  side: 'request' | 'response',
  rewriting: Partial<Rewriting> = {},
  start?: EditTable['start'],
  {
    outstanding = createOutstanding(),
    tables = connectionEdits({ names, rewrite: true, headers: [], ...rewriting }),
    bodies,
  }: Shared = {},
): EditorRun {
  const out: string[] = []
  const edits: string[] = []
  const timers: (() => void)[] = []
  const heads: (string | number)[] = []
  let offset = 0
  const editor = new HeadEditor({
    side,
    outstanding,
    bodies,
    head: ({ target, status }: Http1Head) => void heads.push(status === 0 ? target : status),
    table:
      start === undefined ? tables[side] : { ...tables[side], line: (...told) => tables[side].line(...told), start },
    write: (bytes) => out.push(Buffer.from(bytes).toString('latin1')),
    edited: (at, removed, bytes, rule) =>
      edits.push(`${rule} ${at} -${removed} +${Buffer.from(bytes).toString('latin1')}`),
    holdTime: (then) => {
      timers.push(then)
      return () => void timers.splice(timers.indexOf(then), 1)
    },
    released: () => out.push('<released>'),
  })
  const write = (text: string, like?: Likeness): number => {
    editor.write(Buffer.from(text, 'latin1'), offset, like)
    offset += text.length
    return editor.held
  }
  return { editor, out, edits, timers, heads, outstanding, write }
}

/** What comes out for a text that comes in one piece. */
export const whole = (side: 'request' | 'response', text: string, rewriting: Partial<Rewriting> = {}): string => {
  const { editor, out, write } = run(side, rewriting)
  write(text)
  editor.flush()
  return out.join('')
}

/** What a table makes of requests that come in one piece. */
export function runTable(table: EditTable, text: string): { out: string; edits: string[] } {
  const out: string[] = []
  const edits: string[] = []
  const editor = new HeadEditor({
    side: 'request',
    outstanding: createOutstanding(),
    table,
    write: (bytes) => out.push(Buffer.from(bytes).toString('latin1')),
    edited: (at, removed, bytes, rule) =>
      edits.push(`${rule} ${at} -${removed} +${Buffer.from(bytes).toString('latin1')}`),
    holdTime: () => () => undefined,
    released: () => undefined,
  })
  editor.write(Buffer.from(text, 'latin1'), 0)
  editor.flush()
  return { out: out.join(''), edits }
}

export const HEAD =
  'POST /mcp HTTP/1.1\r\nhost:  127.0.0.1:6278 \r\nAccept: */*\r\nOrigin: http://localhost:6278\r\nContent-Length: 5\r\n\r\n'
