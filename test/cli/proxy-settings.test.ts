import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ProxyFlags } from '../../src/cli/proxy-flags.ts'
import { gatherSettings, proxyOptions } from '../../src/cli/proxy-settings.ts'
import { temporaryFolder } from '../support/temporary.ts'

const flags = (given: Partial<ProxyFlags> = {}): ProxyFlags => ({ ui: true, redact: true, rewrite: true, ...given })

describe('settings', () => {
  test('flags win over environment, environment over the file', async () => {
    const file = join(temporaryFolder(), 'mitmcp.yaml')
    writeFileSync(file, 'target: http://localhost:3000/\nport: 1\nui-port: 2\nname: file\n')
    const { settings } = await gatherSettings(flags({ config: file, port: 3 }), {
      MITMCP_PORT: '4',
      MITMCP_UI_PORT: '5',
    })
    expect(settings).toEqual({ target: 'http://localhost:3000/', port: 3, uiPort: 5, name: 'file' })
  })

  test('a borrowed variable and one that is not ours are told', async () =>
    expect((await gatherSettings(flags(), { MCP_PORT: '7000', MCP_WORKERS: '2' })).remarks).toEqual([
      'Using MCP_PORT from the environment, because MITMCP_PORT is not set.',
      'MCP_WORKERS is set; it is a setting of servers, not one of this proxy, and has no effect here.',
    ]))

  test('every wrong variable is told at once', () =>
    expect(gatherSettings(flags(), { MITMCP_PORT: 'x', MITMCP_DEBUG: 'y' })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message:
        'MITMCP_PORT is "x"; it must be a port, a whole number from 0 to 65535. MITMCP_DEBUG is "y"; it must be 1 or 0.',
    }))
})

describe('options', () => {
  test('are the settings, redaction and page together', () =>
    expect(
      proxyOptions({
        target: 'http://localhost:3000/mcp',
        port: 0,
        redact: false,
        redactKeys: ['k'],
        uiPort: 1,
        token: 't',
        logLevel: 'debug',
      }),
    ).toEqual({
      target: 'http://localhost:3000/mcp',
      port: 0,
      redact: { enabled: false, keys: ['k'] },
      ui: { port: 1, token: 't' },
    }))

  test('no page is no page', () =>
    expect(proxyOptions({ target: 'http://localhost:3000/', ui: false, uiPort: 1 }).ui).toBe(false))

  test('a target that is no URL is refused', () =>
    expect(() => proxyOptions({ target: 'localhost:3000' })).toThrow(
      expect.objectContaining({ code: 'TARGET_INVALID' }),
    ))
})
