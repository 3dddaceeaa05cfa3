/** What is done to the process of a stdio server. */
import type { SteeredConnection } from '../../pipe/policy.ts'
import type { FaultAction } from '../fault.ts'

type ProcessAction = Extract<FaultAction, { do: 'signal' | 'restart' | 'exit' | 'stderr' }>

/** Nothing where there is no process. */
export function toProcess(connection: SteeredConnection, action: ProcessAction, rule: string): void {
  switch (action.do) {
    case 'signal':
      return connection.signal?.(action.signal, rule)
    case 'restart':
      return connection.restart?.(rule, action)
    case 'exit':
      return connection.exit?.(action.code, rule)
    case 'stderr':
      return connection.stderr?.(action.bytes, rule)
  }
}
