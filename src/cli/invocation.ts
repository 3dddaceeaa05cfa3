import { basename, delimiter, dirname, relative, resolve } from 'node:path'

export interface InvocationOptions {
  /** The script as given to node, absolute, links not followed: `process.argv[1]`. */
  script: string
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  /** Folder of our `package.json`. */
  root: string
}

/**
 * How this program was called, for hints that can be typed as they stand: `npx mitmcp` through npx and inside a clone, `mitmcp` when
 * it is installed on the path, else the command line that leads here.
 */
export const invocation = ({ script, env, cwd, root }: InvocationOptions): string => {
  if (env['npm_command'] === 'exec') return 'npx mitmcp'
  const folders = (env['PATH'] ?? '').split(delimiter)
  if (basename(script) === 'mitmcp' && folders.includes(dirname(script))) return 'mitmcp'
  const below = relative(root, resolve(cwd))
  if (!root.includes('node_modules') && (below === '' || !below.startsWith('..'))) return 'npx mitmcp'
  return basename(script) === 'mitmcp' ? quoted(relative(cwd, script)) : `node ${quoted(relative(cwd, script))}`
}

/** A word as a POSIX shell reads it back. A leading `~/` stays open, so that the shell fills it in. */
export const quoted = (word: string): string => {
  if (/^(~\/)?[\w@%+=:,./-]+$/.test(word)) return word
  return word.startsWith('~/') ? `~/'${escaped(word.slice(2))}'` : `'${escaped(word)}'`
}

const escaped = (text: string): string => text.replaceAll("'", String.raw`'\''`)

/** A path with the home folder written `~`. */
export const tilde = (path: string, home: string | undefined): string =>
  home !== undefined && home !== '' && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path
