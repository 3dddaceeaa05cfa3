import { styleText } from 'node:util'

/** What a piece of text is; colours follow from it. */
export type Paint = 'strong' | 'dim' | 'good' | 'bad' | 'warn' | 'c2s' | 's2c' | 'link'

/** Where everything we say goes. The only thing that prints. */
export interface Output {
  /** Stdout is a terminal: colours (unless `NO_COLOR` or `TERM=dumb`), and a bottom line that may be redrawn. */
  readonly terminal: boolean
  /** Columns of the terminal; Infinity when stdout is none. */
  readonly width: number
  paint(as: Paint, text: string): string
  /** One line on stdout. */
  line(text?: string): void
  /** One line of JSON on stdout. */
  json(value: unknown): void
  /** One line on stderr. */
  note(text?: string): void
  /** Text on stderr, coloured only when stderr is a terminal. */
  notePaint(as: Paint, text: string): string
  /** Redraws the bottom line of a terminal; the empty string takes it away. Nothing without a terminal. */
  status(text: string): void
}

interface Stream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

export interface OutputOptions {
  stdout: Stream
  stderr: Stream
  env: Readonly<Record<string, string | undefined>>
}

const STYLES = {
  strong: 'bold',
  dim: 'dim',
  good: 'green',
  bad: 'red',
  warn: 'yellow',
  c2s: 'cyan',
  s2c: 'magenta',
  link: 'underline',
} as const

const ERASE_LINE = '\r\x1b[2K'

/** An output over two streams; https://no-color.org for `NO_COLOR`. */
export const createOutput = ({ stdout, stderr, env }: OutputOptions): Output => {
  const plain = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb'
  const redrawn = stdout.isTTY === true && env['TERM'] !== 'dumb'
  const painter =
    (stream: Stream) =>
    (as: Paint, text: string): string =>
      stream.isTTY === true && !plain ? styleText(STYLES[as], text, { validateStream: false }) : text
  let bottom = ''
  const above = (stream: Stream, text: string): void => {
    if (bottom === '') stream.write(text)
    else {
      stdout.write(ERASE_LINE)
      stream.write(text)
      stdout.write(bottom)
    }
  }
  return {
    terminal: stdout.isTTY === true,
    get width() {
      return stdout.isTTY === true ? (stdout.columns ?? 80) : Infinity
    },
    paint: painter(stdout),
    line: (text = '') => above(stdout, `${text}\n`),
    json: (value) => above(stdout, `${JSON.stringify(value)}\n`),
    note: (text = '') => above(stderr, `${text}\n`),
    notePaint: painter(stderr),
    status: (text) => {
      if (!redrawn || text === bottom) return
      stdout.write(ERASE_LINE + text)
      bottom = text
    },
  }
}

/** The output of this process. A reader that went away (`mitmcp show | head`) ends it quietly, as any Unix tool. */
export const processOutput = (): Output => {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      process.exit(0)
    })
  }
  return createOutput({ stdout: process.stdout, stderr: process.stderr, env: process.env })
}
