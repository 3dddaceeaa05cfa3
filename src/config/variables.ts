/** The variables that clients allow in their configuration files. */

type Env = Readonly<Record<string, string | undefined>>

/** What stands for a variable: the client's own environment is taken to be ours. */
export interface Surroundings {
  readonly env: Env
  readonly home: string
  /** Folder the client takes for the workspace. */
  readonly workspace: string
}

/** A text without its variables, or what stands in the way. */
export type Resolved =
  | { readonly text: string }
  /** No such variable in the environment, and no default. */
  | { readonly unset: string }
  /** Only the client can know it: a secret it asks for, the file that is open. */
  | { readonly foreign: string }

const FORM = /\$\{([^{}]*)\}/g

/**
 * Puts in what the forms of the clients stand for: `${VAR}` and `${VAR:-default}` (Claude Code), `${env:VAR}`, `${userHome}`,
 * `${workspaceFolder}`, `${workspaceFolderBasename}`, `${pathSeparator}` and `${/}` (Cursor, VS Code).
 */
export const resolveVariables = (text: string, around: Surroundings): Resolved => {
  let failure: Resolved | undefined
  const filled = text.replace(FORM, (form, inner: string) => {
    const value = valueOf(inner, around)
    if ('text' in value) return value.text
    failure ??= value
    return form
  })
  return failure ?? { text: filled }
}

const valueOf = (inner: string, { env, home, workspace }: Surroundings): Resolved => {
  const named: Readonly<Record<string, string>> = {
    userHome: home,
    workspaceFolder: workspace,
    workspaceFolderBasename: workspace.split(/[/\\]/).at(-1) ?? '',
    pathSeparator: workspace.includes('\\') ? '\\' : '/',
    '/': workspace.includes('\\') ? '\\' : '/',
  }
  const known = Object.hasOwn(named, inner) ? named[inner] : undefined
  if (known !== undefined) return { text: known }
  const [, name, fallback] = /^(?:env:)?([A-Za-z_]\w*)(?::-(.*))?$/s.exec(inner) ?? []
  if (name === undefined) return { foreign: inner }
  const value = env[name]
  if (value !== undefined && (value !== '' || fallback === undefined)) return { text: value }
  return fallback === undefined ? { unset: name } : { text: fallback }
}

/**
 * A word of a command as a POSIX shell reads it back, its variables left to that shell: `${VAR}` and `${env:VAR}` stand open in
 * double quotes, so that no secret is printed.
 */
export const shellWord = (word: string): string => {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  if (!/\$\{(env:)?[A-Za-z_]\w*(:-[^{}]*)?\}/.test(word)) return `'${word.replaceAll("'", String.raw`'\''`)}'`
  const parts = word.split(/(\$\{[^{}]*\})/)
  const quoted = parts.map((part) =>
    part.startsWith('${') ? part.replace('${env:', '${') : part.replace(/["$`\\!]/g, String.raw`\$&`),
  )
  return `"${quoted.join('')}"`
}
