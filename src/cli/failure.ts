import { ProxyError } from '../errors.ts'
import { EXIT } from './context.ts'
import type { Output } from './output.ts'

/**
 * Tells what went wrong on stderr and gives the exit code: 2 for errors of ours that the user can mend, 70 for bugs. With `asJson` one
 * line of JSON: `{"code":…,"message":…,"hint":…}`. `command` is this program as invoked: hints of other rooms say just `mitmcp`.
 */
export const reportFailure = (error: unknown, output: Output, command: string, asJson = false): number => {
  const known = error instanceof ProxyError
  const hint = known ? spelled(error.hint, command) : ''
  if (asJson) {
    const message = error instanceof Error ? error.message : String(error)
    output.note(JSON.stringify({ code: known ? error.code : 'BUG', message, hint }))
    return known ? EXIT.usage : EXIT.bug
  }
  if (known) {
    output.note(`${output.notePaint('bad', 'error')} ${error.message} ${output.notePaint('dim', `[${error.code}]`)}`)
    if (hint !== '') output.note(`${output.notePaint('strong', ' hint')} ${hint}`)
    return EXIT.usage
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  output.note(`${output.notePaint('bad', '  bug')} mitmcp stopped because of a mistake of its own. Please report this:`)
  output.note(stack)
  return EXIT.bug
}

const spelled = (hint: string, command: string): string =>
  hint.replace(
    /(npx )?\bmitmcp (?=<|--|(proxy|demo|tail|ls|show|fault|explain|ui|prune|wrap|unwrap|config|start)\b)/g,
    `${command} `,
  )
