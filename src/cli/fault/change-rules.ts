import { newRuleOf } from '../../api/routes/rules.ts'
import type { Rule } from '../../faults/rules/parse.ts'
import { openControl, type Control, type Where } from '../../store/control.ts'
import { inForce } from '../../store/in-force.ts'
import type { InstanceRow, RuleRow } from '../../store/rows.ts'
import { EXIT, type Context } from '../context.ts'
import { quoted } from '../invocation.ts'
import { printable } from '../printable.ts'
import { countText } from '../units.ts'
import { faultCapture, processText, type FaultCapture, type WhereFlags } from './fault-capture.ts'
import { stateOf } from './rule-lines.ts'

/** Puts rules in force, all or none, and says what they do, where, and how to end them. Gives the exit code. */
export const putRules = (rules: readonly Rule[], flags: WhereFlags, context: Context): Promise<number> =>
  withControl(flags, context, async (control, capture) => {
    const live = control.instances()
    const rows = control.addRules(rules.map(newRuleOf), whereOf(flags))
    const behind = await inForce(control, rows)
    if (flags.json) for (const row of rows) context.output.json(row)
    else for (const line of addedLines(rows, live, capture, context)) context.output.line(line)
    tellBehind(behind, context)
  })

/** Ends one rule, or all of a persona. */
export const removeRule = (id: string, flags: WhereFlags, context: Context): Promise<number> =>
  withControl(flags, context, (control) =>
    tellChanged(control, control.removeRules(id, whereOf(flags)), 'Removed', flags, context),
  )

/** Switches one rule on or off. */
export const switchRule = (id: string, enabled: boolean, flags: WhereFlags, context: Context): Promise<number> =>
  withControl(flags, context, (control) =>
    tellChanged(control, [control.setEnabled(id, enabled, whereOf(flags))], enabled ? 'On' : 'Off', flags, context),
  )

/** Ends the named rules, or all there are. */
export const healRules = (ids: readonly string[], flags: WhereFlags, context: Context): Promise<number> =>
  withControl(flags, context, async (control) => {
    const rows = control.heal(ids.length === 0 ? undefined : ids, whereOf(flags))
    if (rows.length === 0 && !flags.json) context.output.note('There are no rules in force: nothing to heal.')
    else await tellChanged(control, rows, 'Healed', flags, context)
  })

const withControl = async (
  flags: WhereFlags,
  context: Context,
  what: (control: Control, capture: FaultCapture) => Promise<void>,
): Promise<number> => {
  const capture = await faultCapture(flags, context)
  const control = openControl(capture.path, context.now)
  try {
    await what(control, capture)
    return EXIT.ok
  } finally {
    control.close()
  }
}

const whereOf = ({ instance, everywhere }: WhereFlags): Where => ({
  ...(instance === undefined ? {} : { instance }),
  ...(everywhere === undefined ? {} : { everywhere }),
})

/** Told once it acts. */
const tellChanged = async (
  control: Control,
  rows: readonly RuleRow[],
  did: string,
  { json }: WhereFlags,
  context: Pick<Context, 'output'>,
): Promise<void> => {
  const { output } = context
  const behind = await inForce(control, rows)
  for (const row of rows) {
    if (json) output.json(row)
    else
      output.line(
        `${did}: ${output.paint('strong', printable(row.id))}, which ${row.sentence} (fired ${timesText(row.fired)})`,
      )
  }
  tellBehind(behind, context)
}

/** Processes in which it does not act yet. */
const tellBehind = (behind: readonly InstanceRow[], { output }: Pick<Context, 'output'>): void => {
  for (const process of behind)
    output.note(`Written, but ${processText(process)} has not said within 2 s that it acts on it.`)
}

const timesText = (times: number): string => (times === 0 ? 'never' : countText(times, 'time'))

const addedLines = (
  rows: readonly RuleRow[],
  live: readonly InstanceRow[],
  { flag }: FaultCapture,
  { output, command }: Context,
): string[] => {
  const ids = rows.map(({ id }) => quoted(id)).join(' ')
  return [
    ...rows.map((row) => {
      const [state] = stateOf(row)
      const off = state === 'off' ? ' (off)' : ''
      return `${output.paint('strong', printable(row.id))}${off}: ${row.sentence}`
    }),
    `  ${output.paint('dim', 'acts in')}  ${placeText(rows[0], live)}, from the next frame on`,
    `  ${output.paint('dim', 'watch')}    ${command} fault ls${flag}`,
    `  ${output.paint('dim', 'heal')}     ${command} fault heal ${ids}${flag}`,
  ]
}

const placeText = (row: RuleRow | undefined, live: readonly InstanceRow[]): string => {
  const own = live.find(({ id }) => id === row?.instance)
  if (own !== undefined) return processText(own)
  const now = live.length === 0 ? 'none runs now' : `now ${live.map(processText).join('; ')}`
  return `everything that records into this capture (${now})`
}
