/** Bytes of small MCP exchanges over HTTP, for what reads them. */

/** A JSON-RPC message as text. */
export const json = (value: object): string => JSON.stringify({ jsonrpc: '2.0', ...value })
/** A POST with that body, and further fields. */
export const post = (body: string, ...fields: string[]): string =>
  [
    'POST /mcp?a=b HTTP/1.1',
    'Content-Type: application/json',
    ...fields,
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n')
/** A sized answer of JSON. */
export const ok = (body: string, ...fields: string[]): string =>
  ['HTTP/1.1 200 OK', 'Content-Type: application/json', ...fields, `Content-Length: ${body.length}`, '', body].join(
    '\r\n',
  )
/** One chunk of a chunked body. */
export const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`
/** The head of an event stream in chunks. */
export const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
/** A `tools/call` that asks for progress. */
export const call = (id: number, name: string): string =>
  json({ id, method: 'tools/call', params: { name, _meta: { progressToken: `p${id}` } } })
