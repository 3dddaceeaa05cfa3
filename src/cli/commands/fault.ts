import { InvalidArgumentError, type Command } from 'commander'
import { addCaptureFlags } from '../capture.ts'
import type { Context, Verb } from '../context.ts'
import type { DryRunFlags } from '../fault/dry-run.ts'
import type { WhereFlags } from '../fault/fault-capture.ts'

/** `mitmcp fault <verb>`: faults on live traffic. What they are is loaded when one of these runs. */
export const fault: Verb = {
  name: 'fault',
  offers: [{ have: 'a client to break on purpose', type: 'fault' }],
  define(program, context, finish) {
    const group = program
      .command('fault')
      .description('break live traffic on purpose: add rules, watch them, heal')
      .enablePositionalOptions()
    defineAdding(group, context, finish)
    defineEnding(group, context, finish)
    defineListing(group, context, finish)
    defineHeld(group, context, finish)
    defineAsking(group, context, finish)
  },
}

type Finish = (code: number) => void

const addWhereFlags = (command: Command, everywhere: string): Command =>
  addCaptureFlags(command)
    .option('--instance <which>', 'the process: number, pid, name, or part of its address (default: the only one)')
    .option('--everywhere', everywhere)

const IN_ALL = 'in all processes that record into the capture, now and later'
const OF_ALL = 'only rules that act everywhere'

const defineAdding = (group: Command, context: Context, finish: Finish): void => {
  const add = group
    .command('add')
    .description('put a rule in force: a fault with its options, and when')
    .usage('<type> [--<option> <value>...] [--match <filter>] [--after <how much>] [--times <n>]...')
    .argument('[words...]')
    .allowUnknownOption()
    .helpOption(false)
    .option('--rule <text>', 'the whole rule as YAML or JSON instead')
  addWhereFlags(add, IN_ALL).action(async (words: string[], flags: WhereFlags & { rule?: string }) => {
    if (words.includes('--help') || words.includes('-h')) {
      const { addHelp } = await import('../fault/add-help.ts')
      context.output.line(add.helpInformation().trimEnd())
      for (const line of addHelp(words, context)) context.output.line(line)
      return finish(0)
    }
    const { writtenRule } = await import('../fault/rule-words.ts')
    const { putRules } = await import('../fault/change-rules.ts')
    finish(await putRules([writtenRule(words, flags.rule)], flags, context))
  })
  const apply = group
    .command('apply')
    .description('put all rules of a file, or of a persona, in force')
    .argument('<what>', 'a rule file (YAML or JSON), or the name of a persona')
    .option('--faster <times>', 'divide every time span: 60 makes seconds of minutes')
  addWhereFlags(apply, IN_ALL).action(async (what: string, flags: WhereFlags & { faster?: string }) => {
    const { namedRules } = await import('../fault/named-rules.ts')
    const { putRules } = await import('../fault/change-rules.ts')
    const { rules, remarks } = namedRules(what, flags.faster)
    for (const remark of remarks) context.output.note(remark)
    finish(await putRules(rules, flags, context))
  })
}

const defineEnding = (group: Command, context: Context, finish: Finish): void => {
  const change = async () => import('../fault/change-rules.ts')
  const heal = group
    .command('heal')
    .description('end rules: what they hold goes on, in order; without a name all of them')
    .argument('[id...]', 'names of rules or personas')
  addWhereFlags(heal, OF_ALL).action(async (ids: string[], flags: WhereFlags) =>
    finish(await (await change()).healRules(ids, flags, context)),
  )
  const rm = group.command('rm').description('end one rule, or all of a persona').argument('<id>', 'its name')
  addWhereFlags(rm, OF_ALL).action(async (id: string, flags: WhereFlags) =>
    finish(await (await change()).removeRule(id, flags, context)),
  )
  for (const [name, enabled, text] of [
    ['disable', false, 'switch a rule off; it stays in the list'],
    ['enable', true, 'switch it on again'],
  ] as const) {
    const command = group.command(name).description(text).argument('<id>', 'its name')
    addWhereFlags(command, OF_ALL).action(async (id: string, flags: WhereFlags) =>
      finish(await (await change()).switchRule(id, enabled, flags, context)),
    )
  }
}

const defineListing = (group: Command, context: Context, finish: Finish): void => {
  const ls = group
    .command('ls')
    .description('list rules in force, with what they have done')
    .option('--all', 'those that are over too')
  addCaptureFlags(ls).action(async (flags: WhereFlags & { all?: true }) => {
    const { listRules } = await import('../fault/list-rules.ts')
    finish(await listRules(flags, context))
  })
  const types = group
    .command('types', { isDefault: true })
    .description('list all faults; `fault` alone does the same')
    .argument('[word]')
    .option('--json', 'one line of JSON for each fault')
  types.action(async (word: string | undefined, flags: { json?: true }) => {
    const { tellTypes } = await import('../fault/types.ts')
    const verbs = group.commands.map((command) => command.name())
    finish(tellTypes(word, verbs, flags, context))
  })
}

const defineHeld = (group: Command, context: Context, finish: Finish): void => {
  const held = group.command('held').description('messages that wait at breakpoints: list them, send, drop or edit one')
  const messages = async () => import('../fault/held-messages.ts')
  const ls = held
    .command('ls', { isDefault: true })
    .description('list those that wait; `held` alone does the same')
    .argument('[word...]')
  addCaptureFlags(ls).action(async ([word]: string[], flags: WhereFlags) => {
    const { listHeld, notAHeldVerb } = await messages()
    if (word !== undefined) {
      const verbs = held.commands.map((command) => command.name())
      throw notAHeldVerb(word, verbs, context.command)
    }
    finish(await listHeld(flags, context))
  })
  for (const [name, text] of [
    ['send', 'send one on as it is'],
    ['drop', 'drop one: it never arrives'],
  ] as const) {
    const command = held.command(name).description(text).argument('[id]', 'its number; default: the only one')
    addCaptureFlags(command).action(async (id: string | undefined, flags: WhereFlags) =>
      finish(await (await messages()).decideHeld(id, { do: name }, flags, context)),
    )
  }
  const edit = held
    .command('edit')
    .description('send other JSON in its place')
    .argument('<id>', 'its number')
    .argument('<json>', 'the message; its framing follows')
    .option('--raw', 'also text that is no JSON, letter by letter')
  addCaptureFlags(edit).action(async (id: string, payload: string, flags: WhereFlags & { raw?: true }) => {
    const { checkEdit, decideHeld } = await messages()
    if (flags.raw !== true) checkEdit(payload)
    finish(await decideHeld(id, { do: 'edit', payload }, flags, context))
  })
}

const defineAsking = (group: Command, context: Context, finish: Finish): void => {
  const explain = group
    .command('explain')
    .description('explain a fault, a persona, a file of rules, or a rule in force')
    .argument('<what>', 'its name')
    .option('--db <file>', 'capture file (default: the one in your data folder)')
  explain.action(async (what: string, flags: WhereFlags) => {
    const { explainFault } = await import('../fault/explain-fault.ts')
    finish(await explainFault(what, flags, context))
  })
  const dry = group
    .command('dry-run')
    .description('tell which recorded frames a rule would have hit; nothing is changed')
    .usage('<type> [--<option> <value>...] [--match <filter>]...   or   <file>   or   <persona>')
    .argument('[words...]')
    .allowUnknownOption()
    .option('--rule <text>', 'the whole rule as YAML or JSON instead')
    .option('--session <id>', 'one session only: its id or the beginning of it')
    .option('--last <frames>', 'how many frames to look at, the newest', lastFrames, 2000)
  addCaptureFlags(dry).action(async (words: string[], flags: DryRunFlags) => {
    const { dryRun } = await import('../fault/dry-run.ts')
    finish(await dryRun(words, flags, context))
  })
}

const lastFrames = (text: string): number => {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It must be 1 to 999999.')
  return Number(text)
}
