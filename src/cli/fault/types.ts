import { nearest } from '../../errors/nearest.ts'
import { ProxyError } from '../../errors.ts'
import type { AnyFault, FaultLevel } from '../../faults/fault.ts'
import { faultOf, faults } from '../../faults/index.ts'
import { optionNames, optionSchema } from '../../faults/rules/schema.ts'
import { EXIT, type Context } from '../context.ts'
import type { Output } from '../output.ts'
import { tableLines } from '../table.ts'

/** `fault types`, and bare `fault`. `word`: what stands there by mistake; throws `OPTION_INVALID`. */
export const tellTypes = (
  word: string | undefined,
  verbs: readonly string[],
  { json }: { readonly json?: true },
  { output, command }: Context,
): number => {
  if (word !== undefined) throw notAVerb(word, verbs, command)
  if (json) {
    for (const fault of faults) {
      const { type, level, summary, applies } = fault
      output.json({ type, level, summary, applies, options: optionSchema(fault) })
    }
    return EXIT.ok
  }
  for (const line of typeLines(output)) output.line(line)
  output.line()
  output.line(`One of them, with its options: ${command} fault explain cut`)
  output.line(`Try it on live traffic:        ${command} fault add cut --after '2 events' --end rst`)
  output.line(`What is in force:              ${command} fault ls`)
  output.line(`End all of it:                 ${command} fault heal`)
  return EXIT.ok
}

/** What a level is. */
export const LEVELS = {
  1: 'Connections',
  2: 'HTTP',
  3: 'Frames and messages',
  stdio: 'Stdio',
} as const satisfies Record<FaultLevel, string>

/** All faults by level, one line each. */
export const typeLines = (output: Output): string[] => {
  const lines = tableLines(
    ['Fault', 'What it does'],
    faults.map(({ type, summary }) => [{ text: type, paint: (text) => output.paint('strong', text) }, summary]),
    output,
  ).slice(1)
  const starts = (fault: AnyFault, at: number): boolean => faults[at - 1]?.level !== fault.level
  return faults.flatMap((fault, at) => [
    ...(starts(fault, at) ? [...(at === 0 ? [] : ['']), output.paint('dim', LEVELS[fault.level])] : []),
    `  ${lines[at] ?? ''}`,
  ])
}

const notAVerb = (word: string, verbs: readonly string[], command: string): ProxyError => {
  const options = optionNames
  if (faultOf(word) !== undefined) {
    const needs = options(faultOf(word) as AnyFault).length > 0 ? ' …' : ''
    return new ProxyError('OPTION_INVALID', `${word} is a fault, not something to do.`, {
      hint: `Put it in force: ${command} fault add ${word}${needs} Read about it: ${command} fault explain ${word}`,
    })
  }
  const close = nearest(word, verbs)
  return new ProxyError('OPTION_INVALID', `There is no "fault ${word}".`, {
    hint: close === undefined ? `There are: ${verbs.join(', ')}.` : `Did you mean ${command} fault ${close} ?`,
  })
}
