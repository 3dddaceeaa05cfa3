/**
 * The library: a proxy in the same process, for tests and tools. The command line is `mitmcp`.
 * @module
 */
export { ProxyError } from './errors.ts'
export type { ErrorCode, ProxyErrorOptions } from './errors.ts'
export { createProxy } from './proxy.ts'
export type { Proxy, ProxyOptions, ProxyStats, RecordDepth, RedactOptions } from './proxy.ts'
