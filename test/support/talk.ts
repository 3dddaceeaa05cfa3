/** Conversations said in JSON, with a clock that counts. */
import {
  Conversations,
  type Call,
  type ConversationOptions,
  type Exchange,
  type Line,
  type Party,
  type RequestFacts,
  type Session,
} from '../../src/wire/conversation.ts'
import type { Direction } from '../../src/wire/frame.ts'
import { scanMessages } from '../../src/wire/jsonrpc.ts'

type E = Exchange<string, unknown, unknown>
export type L = Line<string, unknown, unknown>

const party = { server: 'a:1', target: 'http://a:1/mcp', clientAddress: '10.0.0.1' }
export const facts: RequestFacts = {
  verb: 'POST',
  target: '/mcp',
  sessionId: null,
  revision: null,
  identity: '',
  agent: 'x',
}

/** A conversation with a clock that counts, and what it told. */
export function talk(options: ConversationOptions = {}) {
  const sessions = new Set<Session<unknown>>()
  const calls: Call<string, unknown>[] = []
  const conversations = new Conversations<string, unknown, unknown>(
    {
      session: (session) => void sessions.add(session),
      call: (call, _session, before) => void (before === null && calls.push(call)),
    },
    options,
  )
  let now = 0
  return {
    conversations,
    sessions,
    calls,
    line: (over: Partial<Party> = {}): L => conversations.line({ ...party, ...over }),
    request: (line: L, over: Partial<RequestFacts> = {}): E =>
      conversations.request(line, { ...facts, ...over }, ++now),
    say(exchange: E, direction: Direction, ...values: unknown[]) {
      const told = scanMessages(Buffer.from(JSON.stringify(values.length === 1 ? values[0] : values))).map((message) =>
        conversations.message(exchange, direction, message, `${direction}${++now}`, now),
      )
      return told[0] ?? null
    },
    respond: (exchange: E, status = 200, over: { sessionId?: string; stream?: boolean } = {}) =>
      conversations.responded(exchange, { status, sessionId: null, stream: false, ...over }, 'head'),
    end: (exchange: E, by: 'client' | 'server' | 'fault' | null = null) => conversations.ended(exchange, by, ++now),
    outcomes: () => calls.map(({ outcome }) => outcome),
  }
}

export const ask = (id: unknown, method = 'tools/call', params: object = {}) => ({ jsonrpc: '2.0', id, method, params })
export const result = (id: unknown, value: object = {}) => ({ jsonrpc: '2.0', id, result: value })
export const error = (id: unknown, code: number) => ({ jsonrpc: '2.0', id, error: { code, message: '' } })
export const initialize = (id = 0) =>
  ask(id, 'initialize', { protocolVersion: '2025-06-18', clientInfo: { name: 'c', version: '1' } })
export const stateless = (id: unknown, name = 'c') =>
  ask(id, 'tools/call', {
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name, version: '1' },
    },
  })
