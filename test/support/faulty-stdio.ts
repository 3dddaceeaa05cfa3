/** A stdio server wrapped by the real command, with a file of rules, and a client that sees every line. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import type { RuleSource } from '../../src/faults/rules/rule.ts'
import { start, type Peer } from './stdio-pair.ts'
import { temporaryFolder } from './temporary.ts'

/** Answers requests, a note that names the tool and its process in front; ends with its input, or lives on for `stay`. */
export const ANSWERS = `
let rest = ''
const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n')
process.stdin.on('data', (bytes) => {
  const lines = (rest + bytes).split('\\n')
  rest = lines.pop()
  for (const line of lines) {
    const { id, method, params = {} } = JSON.parse(line)
    if (method === 'initialize') {
      const serverInfo = { name: 'answers', version: '1' }
      say({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {}, logging: {} }, serverInfo } })
      continue
    }
    if (id === undefined) continue
    const progressToken = params._meta?.progressToken
    if (progressToken !== undefined) say({ method: 'notifications/progress', params: { progressToken, progress: 1 } })
    say({ method: 'notifications/message', params: { level: 'info', data: 'before ' + (params.name ?? method) } })
    say({ id, result: { content: [{ type: 'text', text: params.name ?? method }], pid: process.pid } })
  }
})
`

/** The command line of that server behind `mitmcp stdio` with these rules, for a client that starts it itself. */
export function faultyCommand(rules: readonly RuleSource[], server = ANSWERS): string[] {
  const folder = temporaryFolder()
  const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
  const flags = ['--db', join(folder, 'capture.db'), '--faults', ruleFile(rules, folder)]
  return [process.execPath, main, 'stdio', ...flags, '--', process.execPath, '-e', server]
}

function ruleFile(rules: readonly RuleSource[], folder: string): string {
  const path = join(folder, 'faults.yaml')
  writeFileSync(path, stringify({ version: 1, seed: 1, rules }))
  return path
}

export interface FaultyStdio extends Peer {
  send(text: string): void
  call(id: number, tool: string, more?: object): void
  /** Lines that are whole, without their ends. */
  lines(): string[]
  /** Resolves when what is read satisfies this. */
  see(what: (text: string) => boolean): Promise<void>
  /** Resolves when an answer with this id is there; gives it. */
  answer(id: number | string): Promise<string>
}

/** Starts it with these rules. */
export function faultyStdio(rules: readonly RuleSource[], server = ANSWERS): FaultyStdio {
  return linesOf(start('wrapped', server, { flags: ['--faults', ruleFile(rules, temporaryFolder())] }))
}

/** Its lines, and what makes it write some. */
export function linesOf(peer: Peer): FaultyStdio {
  const { child, out } = peer
  const lines = (): string[] => out().toString().split('\n').slice(0, -1)
  const see = (what: (text: string) => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!what(out().toString())) return
        child.stdout.off('data', look)
        resolve()
      }
      child.stdout.on('data', look)
      look()
    })
  const send = (text: string): void => void child.stdin.write(text)
  return {
    ...peer,
    lines,
    see,
    send,
    call: (id, name, more = {}) =>
      send(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, ...more } })}\n`),
    answer: async (id) => {
      const of = new RegExp(`"id":${JSON.stringify(id)}[,}]`)
      await see(() => lines().some((line) => of.test(line)))
      return lines().find((line) => of.test(line)) ?? ''
    },
  }
}
