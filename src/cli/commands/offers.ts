import type { Context, Verb } from '../context.ts'
import { tableLines } from '../table.ts'

/** What bare `mitmcp` prints: what you have, and what to type for it. */
export const offersText = (verbs: readonly Verb[], { output, command, version }: Context): string[] => {
  const rows = verbs.flatMap(({ offers }) => offers).map(({ have, type }) => [have, `${command} ${type}`])
  return [
    `${output.paint('strong', 'mitmcp')} ${version} stands between an MCP client and its server, records every frame, and shows it.`,
    '',
    ...tableLines(['You have', 'Type'], rows, output),
    '',
    `Every command explains itself: ${command} <command> --help`,
  ]
}
