import type { CallRow, FrameRow, LogRow, MessageRow, RuleRow } from '../../src/api/contract.ts'

/** A message with everything unknown but what is given. */
export const messageRow = (change: Partial<MessageRow> = {}): MessageRow => ({
  kind: 'request',
  method: 'tools/call',
  rpcId: '1',
  tool: null,
  uri: null,
  token: null,
  code: null,
  call: null,
  ...change,
})

/** A frame without messages, from the client, in session `s`. */
export const frameRow = (id: number, change: Partial<FrameRow> = {}): FrameRow => ({
  id,
  flow: 1,
  connection: 1,
  session: 's',
  direction: 'c2s',
  kind: 'body',
  receivedAt: id * 1000,
  receivedLastAt: id * 1000,
  sentAt: id * 1000 + 10,
  sentLastAt: id * 1000 + 10,
  offset: 0,
  length: 10,
  size: 10,
  label: null,
  edits: [],
  faults: [],
  droppedBy: null,
  ours: null,
  messages: [],
  ...change,
})

export const callRow = (id: number, change: Partial<CallRow> = {}): CallRow => ({
  id,
  session: 's',
  flow: 1,
  direction: 'c2s',
  method: 'tools/call',
  tool: null,
  rpcId: String(id),
  requestFrame: id,
  responseFrame: null,
  requestedAt: id * 1000,
  answeredAt: null,
  outcome: 'pending',
  code: null,
  madeBy: null,
  requestSentAt: null,
  answerSentAt: null,
  resumedAfter: null,
  ...change,
})

/** A line of stderr in session `s`. */
export const logRow = (id: number, change: Partial<LogRow> = {}): LogRow => ({
  id,
  instance: 1,
  connection: 1,
  session: 's',
  flow: null,
  at: id * 1000,
  kind: 'stderr',
  detail: { text: `line ${id}` },
  ...change,
})

/** A rule in force in process 1, of a delay. */
export const ruleRow = (key: number, change: Partial<RuleRow> = {}): RuleRow => ({
  key,
  id: `rule-${key}`,
  revision: 1,
  instance: 1,
  origin: 'control',
  source: { fault: 'latency', delay: '200ms' },
  sentence: 'delays all traffic by 200 ms',
  enabled: true,
  createdAt: key * 1000,
  endedAt: null,
  endedWhy: null,
  matched: 0,
  fired: 0,
  notApplied: 0,
  lastAt: null,
  ...change,
})
