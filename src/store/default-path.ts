import { posix, win32 } from 'node:path'

/**
 * Where the capture is when nobody says: `$XDG_DATA_HOME/mitmcp/capture.db` (else `~/.local/share`), on macOS
 * `~/Library/Application Support`, on Windows `%LOCALAPPDATA%`. One file for all, so that the UI, the wrappers and the proxy meet.
 */
export function defaultCapturePath(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): string {
  if (platform === 'win32') {
    const local = env['LOCALAPPDATA'] || win32.join(env['USERPROFILE'] || 'C:\\', 'AppData', 'Local')
    return win32.join(local, 'mitmcp', 'capture.db')
  }
  const home = env['HOME'] || '/'
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support', 'mitmcp', 'capture.db')
  // XDG Base Directory: a path that is not absolute is to be ignored
  const data = env['XDG_DATA_HOME']?.startsWith('/') ? env['XDG_DATA_HOME'] : posix.join(home, '.local', 'share')
  return posix.join(data, 'mitmcp', 'capture.db')
}
