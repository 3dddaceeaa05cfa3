/**
 * What can be done to live traffic: one damage per file, and the engine that does it when a rule says so. `Fault` is the shape of a
 * damage, `Rule` says when to do it, `parseRule` reads one, `createEngine` joins them to connections. To add a fault, write
 * `src/faults/<type>.ts`, its line here, and `test/faults/<type>.test.ts`; help texts, forms and validation follow from it.
 * @module
 */
import { acceptHang } from './accept-hang.ts'
import { authExpire } from './auth-expire.ts'
import { bandwidth } from './bandwidth.ts'
import { blackhole } from './blackhole.ts'
import { bom } from './bom.ts'
import { breakpoint } from './breakpoint.ts'
import { buffer } from './buffer.ts'
import { closeStdout } from './close-stdout.ts'
import { crlf } from './crlf.ts'
import { cut } from './cut.ts'
import { delay } from './delay.ts'
import { delayHeaders } from './delay-headers.ts'
import { down } from './down.ts'
import { drop } from './drop.ts'
import { duplicate } from './duplicate.ts'
import { duplicateRequest } from './duplicate-request.ts'
import { exit } from './exit.ts'
import { freeze } from './freeze.ts'
import { headers } from './headers.ts'
import { holdUntil } from './hold-until.ts'
import { hugeLine } from './huge-line.ts'
import { idleTimeout } from './idle-timeout.ts'
import { inject } from './inject.ts'
import { invalid } from './invalid.ts'
import { latency } from './latency.ts'
import { loseReply } from './lose-reply.ts'
import { malform } from './malform.ts'
import { maxConnections } from './max-connections.ts'
import { mergeLines } from './merge-lines.ts'
import { mutate } from './mutate.ts'
import { partialLine } from './partial-line.ts'
import { progress } from './progress.ts'
import { protocolVersion } from './protocol-version.ts'
import { rateLimit } from './rate-limit.ts'
import { rechunk } from './rechunk.ts'
import { redirect } from './redirect.ts'
import { refuse } from './refuse.ts'
import { reorder } from './reorder.ts'
import { reroute } from './reroute.ts'
import { resume } from './resume.ts'
import { rpcError } from './rpc-error.ts'
import { rpcId } from './rpc-id.ts'
import { secondStream } from './second-stream.ts'
import { sessionLost } from './session-lost.ts'
import { slowClose } from './slow-close.ts'
import { slowDrain } from './slow-drain.ts'
import { slowStart } from './slow-start.ts'
import { sseField } from './sse-field.ts'
import { staleKeepalive } from './stale-keepalive.ts'
import { stall } from './stall.ts'
import { status } from './status.ts'
import { stderrNoise } from './stderr-noise.ts'
import { stdoutNoise } from './stdout-noise.ts'
import { toolResult } from './tool-result.ts'
import { wrongStream } from './wrong-stream.ts'
import { wsControl } from './ws-control.ts'
import { wsFrame } from './ws-frame.ts'
import type { AnyFault } from './fault.ts'

/** Every fault there is, by level. */
export const faults: readonly AnyFault[] = [
  // level 1: connection
  latency,
  bandwidth,
  cut,
  idleTimeout,
  freeze,
  blackhole,
  slowClose,
  staleKeepalive,
  refuse,
  acceptHang,
  maxConnections,
  down,
  // level 2: HTTP
  delayHeaders,
  status,
  sessionLost,
  secondStream,
  authExpire,
  rateLimit,
  headers,
  buffer,
  malform,
  redirect,
  duplicateRequest,
  loseReply,
  reroute,
  // level 3: frames and messages
  breakpoint,
  stall,
  drop,
  delay,
  duplicate,
  reorder,
  holdUntil,
  rechunk,
  sseField,
  resume,
  wrongStream,
  wsControl,
  wsFrame,
  inject,
  rpcError,
  rpcId,
  mutate,
  invalid,
  progress,
  protocolVersion,
  toolResult,
  // stdio
  exit,
  closeStdout,
  partialLine,
  mergeLines,
  crlf,
  bom,
  stderrNoise,
  stdoutNoise,
  slowStart,
  slowDrain,
  hugeLine,
]

const byType: ReadonlyMap<string, AnyFault> = new Map(faults.map((fault) => [fault.type, fault]))

/** The fault of that name. */
export function faultOf(type: string): AnyFault | undefined {
  return byType.get(type)
}
