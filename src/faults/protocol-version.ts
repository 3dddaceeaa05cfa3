import { z } from 'zod'
import type { Fault } from './fault.ts'
import { changeJson, type JsonMessage } from './json-change.ts'

export interface ProtocolVersionOptions {
  readonly version: string
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** Answers `initialize` with another protocol revision than was agreed on, or with none; of `server/discover` the revisions it offers. */
export const protocolVersion: Fault<ProtocolVersionOptions> = {
  type: 'protocol-version',
  level: 3,
  summary: 'answers initialize or server/discover with another protocol revision, or none',
  needs: 'units',
  applies: ['http', 'sse', 'websocket', 'stdio'],
  narrow: 'dir:s2c kind:response (method:initialize or method:server/discover)',
  direction: 's2c',
  per: 'message',
  options: z.strictObject({
    version: z.string().default('1999-01-01').describe('The revision it names; empty for none'),
  }),
  explain: ({ version }) =>
    version === '' ? 'answers without a protocol version' : `answers with protocol version ${version}`,
  stage: ({ version }, tools) => changeJson((message) => withVersion(message, version), tools),
}

function withVersion(message: JsonMessage, version: string): JsonMessage | undefined {
  const { result } = message
  if (!isRecord(result)) return undefined
  const { protocolVersion, supportedVersions, ...rest } = result
  if (protocolVersion === undefined && supportedVersions === undefined) return undefined
  const versions = supportedVersions === undefined ? {} : { supportedVersions: version === '' ? [] : [version] }
  const one = protocolVersion === undefined || version === '' ? {} : { protocolVersion: version }
  return { ...message, result: { ...one, ...versions, ...rest } }
}
