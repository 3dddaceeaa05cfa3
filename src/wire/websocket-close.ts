/** What a WebSocket close frame says (RFC 6455 §5.5.1, §7.4). */

export interface WebSocketClose {
  /** 1005 where the frame holds no code: a code of that number is never sent (RFC 6455 §7.4.1). */
  readonly code: number
  /** UTF-8, replacement characters for what is none; the empty string when there is none. */
  readonly reason: string
}

const NO_CODE = 1005

/** Reads the unmasked payload of a close frame. */
export function parseClose(payload: Uint8Array): WebSocketClose {
  if (payload.length < 2) return { code: NO_CODE, reason: '' }
  return { code: payload[0]! * 256 + payload[1]!, reason: new TextDecoder().decode(payload.subarray(2)) }
}

/** The registered codes (IANA "WebSocket Close Code Number Registry") in a few words. */
const WORDS: Readonly<Record<number, string>> = {
  1000: 'normal closure',
  1001: 'going away',
  1002: 'protocol error',
  1003: 'unsupported data',
  1004: 'reserved',
  1005: 'no code given',
  1006: 'abnormal closure, never to be sent',
  1007: 'text that is not UTF-8, or data of the wrong type',
  1008: 'policy violation',
  1009: 'message too big',
  1010: 'the extension asked for was not agreed on',
  1011: 'internal error',
  1012: 'service restart',
  1013: 'try again later',
  1014: 'bad gateway',
  1015: 'TLS handshake failed, never to be sent',
  3000: 'unauthorized',
  3003: 'forbidden',
  3008: 'timeout',
}

/** What a close code means. */
export function closeWords(code: number): string {
  const known = WORDS[code]
  if (known !== undefined) return known
  if (code >= 4000 && code <= 4999) return "the application's own code"
  return code >= 3000 && code <= 3999 ? "a library's or framework's code" : 'no valid close code'
}

/** One line: code, what it means, and the reason given. */
export function closeText({ code, reason }: WebSocketClose): string {
  const said = code === NO_CODE ? closeWords(code) : `${code} ${closeWords(code)}`
  return reason === '' ? said : `${said}: ${reason}`
}

/** The code of an ending `ws:<code>`; undefined for all others. */
export function closeCodeOf(how: string): number | undefined {
  return how.startsWith('ws:') ? Number(how.slice(3)) : undefined
}

/** Whether a peer that closes so has no complaint: done, going away, or no code given. */
export function isOrderlyClose(code: number): boolean {
  return code === 1000 || code === 1001 || code === NO_CODE
}
