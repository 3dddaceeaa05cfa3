import { envelopeSchema } from '../../faults/rules/schema.ts'
import { faultOf } from '../../faults/index.ts'
import type { Context } from '../context.ts'
import { optionLines, faultLines } from './fault-lines.ts'
import { typeLines } from './types.ts'

/** What `fault add --help` says beside its flags: of the fault among the words, else of all of them; and the words that say when. */
export const addHelp = (words: readonly string[], context: Context): string[] => {
  const named = words.map(faultOf).find((fault) => fault !== undefined)
  return [
    '',
    ...(named === undefined ? ['Types:', ...typeLines(context.output)] : faultLines(named, context)),
    '',
    'When, for every fault:',
    ...optionLines(envelopeSchema(), context.output, ['fault']),
  ]
}
