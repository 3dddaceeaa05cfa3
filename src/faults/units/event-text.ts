/** Blocks of an event stream, written (WHATWG HTML §9.2.5). */
import type { EventFields } from '../unit.ts'

/** An event that carries this, with its blank line. */
export function eventOf(data: string, { id, event, retry }: EventFields): Buffer {
  const fields = [
    ...(event === undefined ? [] : [`event: ${event}`]),
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(retry === undefined ? [] : [`retry: ${retry}`]),
    ...dataLines(data),
  ]
  return blockOf(fields.join('\n'))
}

/** A block of these lines; its blank line is added. */
export function blockOf(text: string): Buffer {
  return Buffer.from(`${text.replace(/[\r\n]+$/, '')}\n\n`)
}

/** The same block with other data: all else stays as it is, line ends too. */
export function withData(block: Uint8Array, data: string): Buffer {
  const lines =
    Buffer.from(block)
      .toString('utf8')
      .match(/[^\r\n]*(?:\r\n|\n|\r|$)/g) ?? []
  let written = false
  const text = lines.map((line) => {
    if (!/^\uFEFF?data(?=[:\r\n]|$)/.test(line)) return line
    if (written) return ''
    written = true
    const end = /(?:\r\n|\n|\r)$/.exec(line)?.[0] ?? '\n'
    return dataLines(data)
      .map((each) => each + end)
      .join('')
  })
  return Buffer.from(text.join(''))
}

const dataLines = (data: string): string[] => data.split(/\r\n|\n|\r/).map((line) => `data: ${line}`)
