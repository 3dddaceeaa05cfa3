import { ProxyError } from '../../errors.ts'
import { openReader } from '../../store/reader.ts'
import { EXIT, type Context } from '../context.ts'
import { faultCapture, livingIn, type WhereFlags } from './fault-capture.ts'
import { ruleLines } from './rule-lines.ts'

/** `fault ls`: rules in force, or all there were, oldest first. */
export const listRules = async (flags: WhereFlags & { readonly all?: true }, context: Context): Promise<number> => {
  const { output, command, now } = context
  const capture = await faultCapture(flags, context).catch(noneYet(context))
  if (capture === undefined) return EXIT.ok
  const { path, flag } = capture
  const reader = openReader(path)
  try {
    const rules = [...reader.rules({ all: flags.all === true }), ...(flags.all === true ? reader.broughtRules() : [])]
    if (flags.json) for (const rule of rules) output.json(rule)
    else if (rules.length === 0) {
      const over = flags.all !== true && (reader.rules({ all: true }).length > 0 || reader.broughtRules().length > 0)
      const running = livingIn(reader, now()).length > 0 ? '' : ' Nothing records into it now.'
      output.note(`No rules in force in ${path}.${running}${over ? ' --all lists those that are over.' : ''}`)
      output.note(`Add one: ${command} fault add cut --after '2 events' --end rst${flag}`)
    } else for (const line of ruleLines(rules, reader.instances(), output, now())) output.line(line)
    return EXIT.ok
  } finally {
    reader.close()
  }
}

/** Where nothing was ever recorded there are no rules: not an error. */
const noneYet =
  ({ output, command }: Context) =>
  (error: unknown): undefined => {
    if (!(error instanceof ProxyError) || error.code !== 'INSTANCE_NONE') throw error
    output.note(`Nothing is recorded yet, so there are no rules. See how it works: ${command} demo`)
    return undefined
  }
