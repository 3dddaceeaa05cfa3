import { expect, test } from 'vitest'
import { CONFIG_KEYS, ENTRY_KEYS, SERVER_KEYS } from '../../src/config/schema.ts'

test('the keys of a configuration file are these', () => {
  expect(SERVER_KEYS).toEqual([
    'target',
    'host',
    'port',
    'insecure',
    'ca',
    'client-cert',
    'client-key',
    'upstream-proxy',
    'rewrite',
    'public-url',
    'headers',
    'header-env',
    'on-unreachable',
  ])
  expect(ENTRY_KEYS).toEqual([...SERVER_KEYS, 'url', 'command', 'args', 'env', 'cwd'])
  expect(CONFIG_KEYS).toEqual([
    ...SERVER_KEYS,
    'servers',
    'one-listener',
    'name',
    'db',
    'max-size',
    'max-age',
    'ui',
    'ui-port',
    'token-env',
    'record',
    'on-overload',
    'redact',
    'redact-keys',
    'redact-paths',
    'redact-values',
    'redact-key-file',
    'log-level',
    'faults',
    'allow-fault-headers',
    'seed',
  ])
})
