import type { LogLevel } from '../config/settings.ts'
import type { Output } from './output.ts'

/** Our own log, as far as commands use it. */
export interface Log {
  debug(detail: object, message: string): void
  info(detail: object, message: string): void
  warn(detail: object, message: string): void
}

/**
 * Lines of JSON on stderr; readable ones when stdout is a terminal. Loaded only when called, after the proxy listens.
 * Default level `warn`: a start that went well is told by the start text.
 */
export const openLog = async (level: LogLevel | undefined, output: Output): Promise<Log> => {
  const { pino } = await import('pino')
  let write = (line: string): void => output.note(line.trimEnd())
  if (output.terminal) {
    const { prettyFactory } = await import('pino-pretty')
    const pretty = prettyFactory({ colorize: false, ignore: 'pid,hostname' })
    write = (line) => output.note(String(pretty(line)).trimEnd())
  }
  const logger = pino({ level: level ?? 'warn', timestamp: pino.stdTimeFunctions.isoTime }, { write })
  return {
    debug: (detail, message) => logger.debug(detail, message),
    info: (detail, message) => logger.info(detail, message),
    warn: (detail, message) => logger.warn(detail, message),
  }
}
