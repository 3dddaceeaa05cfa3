import { expect, test } from 'vitest'
import { readEnvironment } from '../../src/config/environment.ts'

test('ours are read', () =>
  expect(
    readEnvironment({
      MITMCP_PORT: '7000',
      MITMCP_HOST: '0.0.0.0',
      MITMCP_UI_PORT: '0',
      MITMCP_DB: '/tmp/x.db',
      MITMCP_MAX_SIZE: '500mb',
      MITMCP_MAX_AGE: 'none',
      MITMCP_LOG_LEVEL: 'WARNING',
    }),
  ).toEqual({
    settings: {
      port: 7000,
      host: '0.0.0.0',
      uiPort: 0,
      db: '/tmp/x.db',
      maxSize: 524_288_000,
      maxAge: Infinity,
      logLevel: 'warn',
    },
    borrowed: [],
    foreign: [],
    problems: [],
  }))

test('the guide’s names count only where ours is unset, and are named', () =>
  expect(readEnvironment({ MCP_PORT: '7001', MITMCP_PORT: '7000', MCP_DEBUG: '1' })).toMatchObject({
    settings: { port: 7000, logLevel: 'debug' },
    borrowed: ['MCP_DEBUG'],
  }))

test('an empty variable is an unset one', () =>
  expect(readEnvironment({ MITMCP_PORT: '', MCP_PORT: '7001' })).toMatchObject({
    settings: { port: 7001 },
    borrowed: ['MCP_PORT'],
  }))

test('a level given wins over debugging', () =>
  expect(readEnvironment({ MITMCP_DEBUG: '1', MITMCP_LOG_LEVEL: 'error' }).settings).toEqual({ logLevel: 'error' }))

test('settings of servers are told apart', () =>
  expect(readEnvironment({ MCP_WORKERS: '4', MCP_AUTH_ENABLED: 'true', MCP_ENABLE_CACHE: '1' }).foreign).toEqual([
    'MCP_WORKERS',
    'MCP_AUTH_ENABLED',
    'MCP_ENABLE_CACHE',
  ]))

test('every problem is told, with the name that was read', () =>
  expect(readEnvironment({ MCP_PORT: 'http', MITMCP_LOG_LEVEL: 'loud', MITMCP_DEBUG: 'maybe' }).problems).toEqual([
    'MCP_PORT is "http"; it must be a port, a whole number from 0 to 65535.',
    'MITMCP_LOG_LEVEL is "loud"; it must be one of trace, debug, info, warn, error, silent.',
    'MITMCP_DEBUG is "maybe"; it must be 1 or 0.',
  ]))
