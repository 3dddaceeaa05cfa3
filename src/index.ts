/**
 * The library: a proxy in the same process, for tests and tools. The command line is `mitmcp`.
 * @module
 */
export { ProxyError } from './errors.ts'
export type { ErrorCode, ProxyErrorOptions } from './errors.ts'
export { createProxies, createProxy } from './proxy.ts'
export type {
  FaultRules,
  NamedServer,
  OwnRule,
  Proxies,
  ProxiesOptions,
  Proxy,
  ProxyOptions,
  ProxyStats,
  RecordDepth,
  RedactOptions,
  ServerSettings,
} from './proxy.ts'
