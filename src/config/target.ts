import { ProxyError } from '../errors.ts'
import { isPublicUrl } from './values.ts'

/**
 * The server's URL, checked: `http`, `https`, `ws` or `wss`, without credentials.
 * Throws `TARGET_INVALID` with the URL that was probably meant.
 */
export const parseTarget = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^(https?|wss?):$/.test(url.protocol) || url.hostname === '') {
    throw new ProxyError('TARGET_INVALID', `${text} is not a URL of a server.`, { hint: guess(text) })
  }
  if (url.username !== '' || url.password !== '') {
    throw new ProxyError('TARGET_INVALID', 'The target has a user name or password in its URL.', {
      hint: "Take them out of the URL and add --header-env 'Authorization=NAME_OF_A_VARIABLE'; its value is never recorded.",
    })
  }
  return url
}

/**
 * How clients outside reach the proxy: `http` or `https`, a host, perhaps a port, and nothing behind them.
 * Throws `OPTION_INVALID`.
 */
export const parsePublicUrl = (text: string): URL => {
  if (!isPublicUrl(text)) {
    throw new ProxyError('OPTION_INVALID', `${text} is no public URL.`, {
      hint: 'Give scheme, host and port alone, for example https://tunnel.example.com: paths are those of the server.',
    })
  }
  return new URL(text)
}

const guess = (text: string): string => {
  if (/^(localhost|\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:]+\])(:\d+)?([/?].*)?$/i.test(text))
    return `Did you mean http://${text} ?`
  if (/^[\w-]+(\.[\w-]+)*:\d+([/?].*)?$/.test(text)) return `Did you mean http://${text} ?`
  if (/^[\w-]+(\.[\w-]+)+([/?].*)?$/.test(text)) return `Did you mean https://${text} ?`
  if (/^:?\d{2,5}([/?].*)?$/.test(text)) return `Did you mean http://localhost:${text.replace(/^:/, '')} ?`
  return 'Give the full address of the server, for example http://localhost:3000/mcp'
}

/** The port a URL speaks to, its scheme's own where none is written. */
export const portOf = (url: URL): number =>
  url.port !== '' ? Number(url.port) : /^(https|wss):$/.test(url.protocol) ? 443 : 80

/** True for names and addresses that only this machine reaches. */
export const isLoopback = (hostname: string): boolean =>
  /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname)
