/** Where clients keep the list of their servers. */
import { posix, win32 } from 'node:path'

type Env = Readonly<Record<string, string | undefined>>

/** The clients whose files are known by name. */
export const CLIENTS = {
  cursor: 'Cursor',
  'claude-desktop': 'Claude Desktop',
  'claude-code': 'Claude Code',
  vscode: 'VS Code',
} as const

export type ClientName = keyof typeof CLIENTS

/** A file a client may have. */
export interface ClientPlace {
  readonly client: ClientName
  readonly file: string
}

/** What decides where they are. */
export interface Machine {
  readonly env: Env
  readonly platform: NodeJS.Platform
  /** The folder of the project whose files count too. */
  readonly cwd: string
}

export const isClient = (word: string): word is ClientName => Object.hasOwn(CLIENTS, word)

/** Every file the clients read on this platform: those of the user, then those of the project in the current folder. */
export const clientPlaces = (machine: Machine): ClientPlace[] => {
  const { env, platform, cwd } = machine
  const { join } = platform === 'win32' ? win32 : posix
  const home = homeOf(machine)
  const settings = settingsFolder(machine)
  const place = (client: ClientName, ...file: [string, ...string[]]): ClientPlace => ({ client, file: join(...file) })
  const claude = env['CLAUDE_CONFIG_DIR']
  const store = env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local')
  return [
    place('cursor', home, '.cursor', 'mcp.json'),
    place('cursor', cwd, '.cursor', 'mcp.json'),
    place('claude-desktop', settings, 'Claude', 'claude_desktop_config.json'),
    // installed from the Microsoft Store it sees a folder of its own
    ...(platform === 'win32'
      ? [
          place(
            'claude-desktop',
            store,
            'Packages',
            'Claude_pzs8sxrjxfjjc',
            'LocalCache',
            'Roaming',
            'Claude',
            'claude_desktop_config.json',
          ),
        ]
      : []),
    claude === undefined || claude === ''
      ? place('claude-code', home, '.claude.json')
      : place('claude-code', claude, '.claude.json'),
    place('claude-code', cwd, '.mcp.json'),
    place('vscode', settings, 'Code', 'User', 'mcp.json'),
    place('vscode', settings, 'Code - Insiders', 'User', 'mcp.json'),
    place('vscode', cwd, '.vscode', 'mcp.json'),
  ].filter(({ file }, index, all) => all.findIndex((other) => other.file === file) === index)
}

/** Where we keep what `wrap` has to remember: which servers, on which ports, and what stood there before. */
export const wrappedListPath = (machine: Machine): string => {
  const { join } = machine.platform === 'win32' ? win32 : posix
  return join(settingsFolder(machine), 'mitmcp', 'wrapped.json')
}

const homeOf = ({ env, platform }: Machine): string =>
  platform === 'win32' ? (env['USERPROFILE'] ?? 'C:\\') : (env['HOME'] ?? '/')

/** Folder of the user's settings: `%APPDATA%`, `~/Library/Application Support`, `$XDG_CONFIG_HOME` or `~/.config`. */
const settingsFolder = (machine: Machine): string => {
  const { env, platform } = machine
  const home = homeOf(machine)
  if (platform === 'win32') return env['APPDATA'] ?? win32.join(home, 'AppData', 'Roaming')
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support')
  // XDG Base Directory: a path that is not absolute is to be ignored
  return env['XDG_CONFIG_HOME']?.startsWith('/') ? env['XDG_CONFIG_HOME'] : posix.join(home, '.config')
}
