/** Codes of WebSocket close frames in words; the test keeps them those of the command line. */
export const closeWords: Record<number, string> = {
  1000: 'normal closure',
  1001: 'going away',
  1002: 'protocol error',
  1003: 'unsupported data',
  1005: 'no code given',
  1007: 'text that is not UTF-8, or data of the wrong type',
  1008: 'policy violation',
  1009: 'message too big',
  1010: 'the extension asked for was not agreed on',
  1011: 'internal error',
  1012: 'service restart',
  1013: 'try again later',
  1014: 'bad gateway',
  3000: 'unauthorized',
  3003: 'forbidden',
  3008: 'timeout',
}
