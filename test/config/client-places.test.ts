import { describe, expect, test } from 'vitest'
import { clientPlaces, isClient, wrappedListPath, type Machine } from '../../src/config/client-places.ts'

const linux: Machine = { env: { HOME: '/home/ada' }, platform: 'linux', cwd: '/srv' }
const mac: Machine = { env: { HOME: '/Users/ada' }, platform: 'darwin', cwd: '/srv' }
const windows: Machine = {
  env: { USERPROFILE: 'C:\\Users\\ada', APPDATA: 'C:\\Users\\ada\\AppData\\Roaming' },
  platform: 'win32',
  cwd: 'C:\\srv',
}

const filesOf = (machine: Machine) => clientPlaces(machine).map(({ client, file }) => `${client} ${file}`)

describe('the files of clients', () => {
  test('on Linux', () =>
    expect(filesOf(linux)).toEqual([
      'cursor /home/ada/.cursor/mcp.json',
      'cursor /srv/.cursor/mcp.json',
      'claude-desktop /home/ada/.config/Claude/claude_desktop_config.json',
      'claude-code /home/ada/.claude.json',
      'claude-code /srv/.mcp.json',
      'vscode /home/ada/.config/Code/User/mcp.json',
      'vscode /home/ada/.config/Code - Insiders/User/mcp.json',
      'vscode /srv/.vscode/mcp.json',
    ]))

  test('on macOS', () =>
    expect(filesOf(mac)).toEqual([
      'cursor /Users/ada/.cursor/mcp.json',
      'cursor /srv/.cursor/mcp.json',
      'claude-desktop /Users/ada/Library/Application Support/Claude/claude_desktop_config.json',
      'claude-code /Users/ada/.claude.json',
      'claude-code /srv/.mcp.json',
      'vscode /Users/ada/Library/Application Support/Code/User/mcp.json',
      'vscode /Users/ada/Library/Application Support/Code - Insiders/User/mcp.json',
      'vscode /srv/.vscode/mcp.json',
    ]))

  test('on Windows', () =>
    expect(filesOf(windows)).toEqual([
      'cursor C:\\Users\\ada\\.cursor\\mcp.json',
      'cursor C:\\srv\\.cursor\\mcp.json',
      'claude-desktop C:\\Users\\ada\\AppData\\Roaming\\Claude\\claude_desktop_config.json',
      'claude-desktop C:\\Users\\ada\\AppData\\Local\\Packages\\Claude_pzs8sxrjxfjjc\\LocalCache\\Roaming\\Claude\\claude_desktop_config.json',
      'claude-code C:\\Users\\ada\\.claude.json',
      'claude-code C:\\srv\\.mcp.json',
      'vscode C:\\Users\\ada\\AppData\\Roaming\\Code\\User\\mcp.json',
      'vscode C:\\Users\\ada\\AppData\\Roaming\\Code - Insiders\\User\\mcp.json',
      'vscode C:\\srv\\.vscode\\mcp.json',
    ]))

  test('are where the environment moves them, and each is named once', () => {
    const env = { HOME: '/home/ada', XDG_CONFIG_HOME: '/cfg', CLAUDE_CONFIG_DIR: '/claude' }
    const files = filesOf({ ...linux, env, cwd: '/home/ada' })
    expect(files).toContain('vscode /cfg/Code/User/mcp.json')
    expect(files).toContain('claude-code /claude/.claude.json')
    expect(files.filter((file) => file.startsWith('cursor'))).toHaveLength(1)
  })
})

test('our own list is in the folder of settings', () =>
  expect([linux, mac, windows].map(wrappedListPath)).toEqual([
    '/home/ada/.config/mitmcp/wrapped.json',
    '/Users/ada/Library/Application Support/mitmcp/wrapped.json',
    'C:\\Users\\ada\\AppData\\Roaming\\mitmcp\\wrapped.json',
  ]))

test('a client is one of these', () =>
  expect(['cursor', 'vscode', 'toString', ''].map(isClient)).toEqual([true, true, false, false]))
