import type { ErrorCode } from '../errors.ts'

/** What each code means, in a sentence for people. The README lists the same. */
export const MEANINGS: Readonly<Record<ErrorCode, string>> = {
  LISTEN_FAILED: 'The listener could not be opened: port taken, address not ours, or no permission.',
  TARGET_INVALID: 'The target is no URL, or of a scheme that cannot be proxied.',
  SELF_TARGET: 'The target is the address the proxy would listen on, or its own page.',
  UPSTREAM_UNREACHABLE:
    'In the 502: the server could not be reached (refused, unknown name, no route, certificate not accepted).',
  SERVER_UNKNOWN: 'A request to a listener with several servers names none of them.',
  UPSTREAM_TIMEOUT: 'In the 504: the kernel gave up connecting to the server.',
  CLIENT_REFUSED: 'In the 403 of forward mode: the client is on another machine.',
  AUTHORITY_INVALID: 'The local certificate authority cannot be read, made or used.',
  STORE_OPEN_FAILED: 'The capture cannot be opened or written: no such folder, no permission, disk full.',
  STORE_NOT_A_CAPTURE: 'The file named as capture is none; it is left as it is.',
  STORE_NEWER: 'The capture was written by a newer mitmcp.',
  OPTION_INVALID: 'A flag, argument or environment variable is not valid.',
  CONFIG_INVALID: 'The settings file has problems; all of them are listed.',
  NOT_FOUND: 'Nothing in the capture has that id.',
  COMMAND_NOT_FOUND: 'There is no such command to start, or not the interpreter it names.',
  COMMAND_NOT_EXECUTABLE: 'The command cannot be started: it is not executable, or the system refuses.',
  SERVER_EXITED: 'A wrapped server ended, not by itself well, before it wrote anything.',
  UNAUTHORIZED: 'The API of the page was asked without the right token.',
  FORBIDDEN: 'The API of the page was asked from a page or host that is not its own.',
  FILTER_INVALID:
    'A filter does not hold: an unknown key, a value its key does not take, a quote or parenthesis left open.',
  REQUEST_INVALID: 'A request to the API of the page is not valid.',
  RULE_INVALID: 'A fault rule has problems; all of them are listed, with what was probably meant. Nothing was changed.',
  INSTANCE_AMBIGUOUS:
    'Several processes could be meant, and none was named: --instance names one, --everywhere means all.',
  INSTANCE_NONE:
    'No process that records into this capture is running, or none of that name, so there is nothing to act on.',
}
