import { AnswerWatch, createServerMemory, type ServerMemory } from '../../src/transports/answer-watch.ts'
import { connectionEdits } from '../../src/transports/edits.ts'
import { HeadEditor } from '../../src/transports/head-editor.ts'
import { createHttp1Splitter, createOutstanding } from '../../src/wire/http1.ts'
import { names } from './head-editor.ts'

/** What clients got, and what the record was told. */
export interface Answered {
  readonly text: string
  /** `rule offset -removed +bytes`. */
  readonly edits: readonly string[]
  readonly notes: readonly string[]
  /** The input with the told edits made: what the record takes for sent. */
  readonly told: string
  /** What had left before each piece of input was there. */
  readonly left: readonly string[]
}

/** Requests, then their answers in these pieces, through the edits of a reverse proxy (upstream `http://example.test:3000`). */
export function answered(
  requests: string,
  pieces: readonly string[],
  { prefix = '', memory = createServerMemory() }: { prefix?: string; memory?: ServerMemory } = {},
): Answered {
  const notes: string[] = []
  const out: string[] = []
  const edits: { offset: number; removed: number; bytes: string; rule: string }[] = []
  const left: string[] = []
  const tables = connectionEdits({ names: { ...names, prefix }, rewrite: true, headers: [] })
  const { map } = tables
  if (map === undefined) throw new Error('nothing is rewritten')
  const outstanding = createOutstanding()
  const watch = new AnswerWatch({
    outstanding,
    map,
    memory,
    note: (kind, detail) => notes.push(`${kind} ${JSON.stringify(detail)}`),
  })

  const nothing = (): void => undefined
  const splitter = createHttp1Splitter('request', outstanding, {
    headSpan: nothing,
    head: (head) => watch.request(head),
    payload: nothing,
    framing: nothing,
    messageEnd: nothing,
    opaque: nothing,
  })
  splitter.push(Buffer.from(requests, 'latin1'))
  let timer: (() => void) | undefined
  const editor = new HeadEditor({
    side: 'response',
    outstanding,
    table: tables.response,
    write: (bytes) => out.push(Buffer.from(bytes).toString('latin1')),
    edited: (offset, removed, bytes, rule) =>
      edits.push({ offset, removed, bytes: Buffer.from(bytes).toString('latin1'), rule }),
    holdTime: (then) => {
      timer = then
      return () => (timer = undefined)
    },
    released: nothing,
    bodies: watch,
  })
  let offset = 0
  for (const piece of pieces) {
    if (piece === '<time>') timer?.()
    else {
      editor.write(Buffer.from(piece, 'latin1'), offset)
      offset += piece.length
    }
    left.push(out.join(''))
  }
  editor.flush()
  const input = pieces.filter((piece) => piece !== '<time>').join('')
  let told = ''
  let at = 0
  for (const edit of edits.toSorted((a, b) => a.offset - b.offset)) {
    told += input.slice(at, edit.offset) + edit.bytes
    at = edit.offset + edit.removed
  }
  return {
    text: out.join(''),
    edits: edits.map((edit) => `${edit.rule} ${edit.offset} -${edit.removed} +${edit.bytes}`),
    notes,
    told: told + input.slice(at),
    left,
  }
}
