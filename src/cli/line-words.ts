/**
 * Words that stand in the lines of `show` and `tail`, with what each says: how a stream ended, where in the traffic, and what became of a
 * call. Names of outcomes are as the filter spells them.
 */
export const LINE_WORDS: Readonly<Record<string, string>> = {
  clean: 'how a stream ended: properly, with its last chunk, its full length or a close frame',
  fin: 'how a stream ended: the connection was closed (TCP FIN) without the end that the framing asks for',
  rst: 'how a stream ended: the connection was reset (TCP RST); what was under way is lost',
  hang: 'how a stream ended: nothing more came, and it was still open when the recording ended',
  timeout: 'how a stream ended: the system gave up on the peer',
  unreachable: 'how a stream ended: there never was a connection to the server',
  boundary: 'where a stream ended: between two events or messages, with none cut in half',
  idle: 'where a connection ended: between two requests',
  'mid-event': 'where a stream ended: within an event, which its reader never got whole',
  'mid-head': 'where a stream ended: within the HTTP head',
  'mid-body': 'where a stream ended: within a body that is no event stream',
  'mid-message': 'where a stream ended: within a message of a WebSocket, or a line of stdio',
  'after-headers': 'where a stream ended: behind the HTTP head, before the first byte of the body',
  'client-left': 'outcome of a call: the client closed its connection before the answer',
  'server-closed': 'outcome of a call: the server closed the connection before the answer',
  silent: 'outcome of a call: the session or its stream ended without an answer',
  pending: 'outcome of a call: not answered yet',
  'tool-error': 'outcome of a call: answered, and the tool says it failed (isError)',
  resumed: 'of an answer: it came on an event stream that its client took up again (Last-Event-ID) after a break',
  held: 'of a message: a fault rule keeps it for now; the line is told again when it is known what became of it',
  dropped: 'what a rule did to a message: it took it out, and nobody got it',
  delayed: 'what a rule did to a message: it was sent on that much later',
  'never sent on': 'of a message: it came to the proxy, and no further; the rule that kept it away stands in brackets',
  'sent on in part': 'of a message: its connection was ended in its middle; the rule that did so stands in brackets',
  cancelled: 'outcome of a call: the client took it back (notifications/cancelled)',
}
