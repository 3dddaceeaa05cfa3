import { openReader } from '../../store/reader.ts'
import { EXIT, type Context } from '../context.ts'
import { faultCapture, livingIn, type WhereFlags } from './fault-capture.ts'
import { ruleLines } from './rule-lines.ts'

/** `fault ls`: rules in force, or all there were, oldest first. */
export const listRules = async (flags: WhereFlags & { readonly all?: true }, context: Context): Promise<number> => {
  const { output, command, now } = context
  const { path, flag } = await faultCapture(flags, context)
  const reader = openReader(path)
  try {
    const rules = reader.rules({ all: flags.all === true })
    if (flags.json) for (const rule of rules) output.json(rule)
    else if (rules.length === 0) {
      const over = flags.all !== true && reader.rules({ all: true }).length > 0
      const running = livingIn(reader, now()).length > 0 ? '' : ' Nothing records into it now.'
      output.note(`No rules in force in ${path}.${running}${over ? ' --all lists those that are over.' : ''}`)
      output.note(`Add one: ${command} fault add cut --after '2 events' --end rst${flag}`)
    } else for (const line of ruleLines(rules, reader.instances(), output, now())) output.line(line)
    return EXIT.ok
  } finally {
    reader.close()
  }
}
