import type { Reader } from '../store/index.ts'
import type { Entry } from './entry.ts'
import { prettyText } from './message-text.ts'
import type { Output } from './output.ts'
import { printable } from './printable.ts'

/** What `--headers` and `--body` put under a line, indented: fields of a head, the message in full. Redacted as recorded. */
export const detailLines = (
  reader: Pick<Reader, 'frame'>,
  entry: Entry,
  { headers, body }: { headers?: true; body?: true },
  output: Output,
): string[] => {
  if (entry.kind === 'frame' && entry.frame.kind === 'head' && headers) {
    const fields = reader.frame(entry.frame.id)?.headers ?? []
    return fields.map(({ name, value }) => `    ${output.paint('dim', `${printable(name)}:`)} ${printable(value)}`)
  }
  if (entry.kind === 'message' && body) {
    const detail = reader.frame(entry.frame.id)
    if (detail === undefined) return []
    const cut = detail.textCut ? ['    … the rest is left out; it is in the capture'] : []
    return [
      ...printable(prettyText(detail.text), true)
        .split('\n')
        .map((line) => `    ${line}`),
      ...cut,
    ]
  }
  return []
}
