/** Flags and assignments whose value is a secret by their name. */
const SECRET =
  /(token|secret|passw(or)?d|passwd|api[-_]?key|apikey|access[-_]?key|private[-_]?key|credential|auth(orization)?)$/i
const HIDDEN = '***'

/** Arguments of a command as they may be recorded: values of flags like `--api-key` are left out, `--token=…` and `API_KEY=…` too. */
export function shownArgs(args: readonly string[]): string[] {
  return args.map((arg, index) => {
    const assigned = /^(-{0,2}[\w.-]+)=(.+)$/s.exec(arg)
    if (assigned !== null) return SECRET.test(assigned[1] ?? '') ? `${assigned[1]}=${HIDDEN}` : arg
    const before = args[index - 1]
    const isValue = before !== undefined && /^--?[\w-]+$/.test(before) && SECRET.test(before) && !arg.startsWith('-')
    return isValue ? HIDDEN : arg
  })
}
