import type { Proxy } from '../proxy.ts'
import { quoted, tilde } from './invocation.ts'
import type { Output } from './output.ts'

/** What the start text has to know beside the proxy itself. */
export interface StartFacts {
  readonly proxy: Pick<Proxy, 'url' | 'target' | 'db' | 'ui' | 'token'>
  readonly version: string
  /** This program as invoked. */
  readonly command: string
  readonly home: string | undefined
  /** Listing commands need `--db` to find this capture. */
  readonly ownDb: boolean
  /** Name for the server in a client's configuration. */
  readonly serverName: string
  /** The demo stands behind it. */
  readonly demo: boolean
}

/** The page's address with the token where no server and no log sees it: in the fragment. */
export const pageUrl = (ui: string, token: string | null): string => {
  const url = new URL(ui)
  if (token !== null) url.hash = `token=${token}`
  return url.href
}

type Entry = readonly [label: string, text: string]

/** Where it is recorded and how to look at it; nothing when it is not. `db` as it is spelled, `ownDb` when commands must name it. */
export const captureEntries = (db: string | undefined, command: string, ownDb: boolean): Entry[] => {
  if (db === undefined) return []
  const more = ownDb ? ` --db ${quoted(db)}` : ''
  return [
    ['Recorded in', db],
    ['Follow it here', `${command} tail${more}`],
    ['List what was recorded', `${command} ls${more}`],
  ]
}

/** Lines of labels and texts, the texts below each other. */
export const labelled = (entries: readonly Entry[], output: Output): string[] => {
  const width = Math.max(...entries.map(([label]) => label.length))
  return entries.map(([label, text]) => `  ${output.paint('dim', label.padEnd(width))}  ${text}`)
}

/** What a person reads when the proxy has started: where it is, and what to do next. */
export const startText = (facts: StartFacts, output: Output): string[] => {
  const { proxy, command, demo } = facts
  const db = proxy.db === null ? undefined : tilde(proxy.db, facts.home)
  const behind = demo ? 'a demo server, with a demo client that calls it now and then' : proxy.target
  const entries: Entry[] = [
    ...(proxy.ui === null
      ? []
      : [['Open in a browser', output.paint('link', pageUrl(proxy.ui, proxy.token))] as const]),
    ['Point your client here', output.paint('strong', proxy.url)],
    ...(proxy.url.startsWith('ws') ? [] : [['in Claude Code type', addCommand(facts.serverName, proxy.url)] as const]),
    ...captureEntries(db, command, facts.ownDb),
    ...(demo ? ([['Try your own server', `${command} http://localhost:3000/mcp`]] as const) : []),
  ]
  return [
    `${output.paint('strong', 'mitmcp')} ${facts.version} stands in front of ${behind}`,
    '',
    ...labelled(entries, output),
    '',
    proxy.db === null ? '  Ctrl-C stops it. Nothing is recorded.' : '  Ctrl-C stops it. What was recorded stays.',
  ]
}

const addCommand = (name: string, url: string): string =>
  `claude mcp add --transport http ${quoted(name)} ${quoted(url)}`

/** A name for the server behind a target, for a client's configuration: the tap's own, else the host's first label. */
export const serverNameFor = (name: string | undefined, target: string): string => {
  if (name !== undefined) return name
  const { hostname } = new URL(target)
  const labels = hostname.split('.').filter((label) => !/^(www|mcp|api)$/.test(label))
  return /^[\d.]+$|^localhost$|:/.test(hostname) ? 'mitmcp' : (labels[0] ?? 'mitmcp')
}
