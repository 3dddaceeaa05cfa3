import type { ProcessRow } from '../../../src/api/contract.ts'
import { exactTime, spanText } from '../state/time-format.ts'
import { Facts } from './facts.tsx'

/** A server that is a process: how it was started, how far its start came and when, how it ended. */
export function ProcessFacts({ process }: { process: ProcessRow }) {
  const { command, args, cwd, env, pid, startedAt, firstByteAt, handshakeAt, readyAt, exitedAt } = process
  const after = (at: number | null) => (at === null ? 'not yet' : `after ${spanText(at - startedAt)}`)
  return (
    <Facts
      title="Process"
      facts={[
        ['command', [command, ...args].join(' ')],
        ['folder', cwd],
        ['environment', env.length === 0 ? null : `${env.length} variables; their values are not recorded`],
        ['pid', pid === null ? 'was not started' : String(pid)],
        ['started', exactTime(startedAt)],
        ['first byte', after(firstByteAt)],
        ['handshake', after(handshakeAt)],
        ['ready', after(readyAt)],
        ['ended', exitedAt === null ? 'still runs' : `${endOf(process)}, after ${spanText(exitedAt - startedAt)}`],
        ['probe', process.probe ? 'only asked server/discover' : null],
      ]}
    />
  )
}

const endOf = ({ exitCode, signal }: ProcessRow) =>
  signal === null ? (exitCode === null ? 'nobody knows how' : `with code ${exitCode}`) : `by ${signal}`
