/** Rules that a request brings along: `x-mitmcp-fault: latency; delay=200ms`, for its own exchange only. The server never sees the header. */
import type { ProxyError } from '../../errors.ts'
import { type Action, type NamedStage, pass } from '../../pipe/action.ts'
import type { Direction } from '../../wire/frame.ts'
import type { Crew } from './crew.ts'
import { endsExchange } from './place.ts'
import type { LiveRule } from './rule.ts'
import { type Attached, RuleStage } from './stage.ts'
import type { RuleSource } from '../rules/rule.ts'
import { type FaultFrame, type Unit, withRaw } from '../unit.ts'

export const FAULT_HEADER = 'x-mitmcp-fault'

/** Reads `status; code=404; retry-after=2s`: a fault, then options and words of the envelope. Quotes keep a `;` in a value. */
export function readFaultHeader(text: string): RuleSource {
  const parts = text.match(/(?:"[^"]*"|[^;"])+/g) ?? []
  const [fault = '', ...rest] = parts.map((part) => part.trim())
  const words = rest.filter(Boolean).map((part): [string, unknown] => {
    const at = part.indexOf('=')
    return at < 0 ? [part, true] : [part.slice(0, at).trim(), valueOf(part.slice(at + 1).trim())]
  })
  return { ...Object.fromEntries(words), fault }
}

function valueOf(text: string): unknown {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  if (text === 'true' || text === 'false') return text === 'true'
  return text.startsWith('"') && text.endsWith('"') && text.length > 1 ? text.slice(1, -1) : text
}

export interface HeaderRulesOptions {
  readonly crew: Crew
  /** The rule of a header, or what is wrong with it. */
  rule(text: string): LiveRule | ProxyError
}

/** What requests of one connection have brought along: hosts of the stages that do it. */
export class HeaderRules {
  readonly stages: Readonly<Record<Direction, NamedStage>>
  readonly #options: HeaderRulesOptions
  readonly #attached: Attached
  /** By exchange, newest last. */
  readonly #inner = new Map<number, Readonly<Record<Direction, RuleStage>>>()

  constructor(attached: Attached, options: HeaderRulesOptions) {
    this.#attached = attached
    this.#options = options
    this.stages = { c2s: this.#host('c2s'), s2c: this.#host('s2c') }
  }

  /** Of an exchange under way. */
  has(exchange: number): boolean {
    return this.#inner.has(exchange)
  }

  stageOf(live: LiveRule, direction: Direction): RuleStage | undefined {
    return [...this.#inner.values()].findLast((stages) => stages[direction].live === live)?.[direction]
  }

  closed(): void {
    for (const { c2s } of this.#inner.values()) this.#options.crew.closed(c2s.live, this.#attached.connection.id)
    this.#inner.clear()
  }

  #host(direction: Direction): NamedStage {
    return {
      rule: 'fault-header',
      stage: (event) => {
        if (event.kind === 'tick') {
          const stage = (event.token as { readonly stage?: RuleStage }).stage
          return stage?.named.stage(event) ?? []
        }
        const unit = event.kind === 'frame' ? (event.meaning as Unit | undefined) : undefined
        if (unit === undefined || unit.exchange === null) return [pass(event)]
        return this.#unit(direction, event as FaultFrame, unit.exchange)
      },
      holds: () => [...this.#inner.values()].some((stages) => stages[direction].named.holds?.()),
      release: () => [...this.#inner.values()].flatMap((stages) => [...(stages[direction].named.release?.() ?? [])]),
    }
  }

  #unit(direction: Direction, event: FaultFrame, exchange: number): readonly Action[] {
    const text = direction === 'c2s' && event.meaning.asks ? event.meaning.subject.header(FAULT_HEADER) : undefined
    const brought = text === undefined ? undefined : this.#options.rule(text)
    const refused = brought instanceof Error ? refusalOf(brought, event.meaning) : null
    if (refused !== null) return [refused]
    if (brought !== undefined && !(brought instanceof Error)) this.#begin(brought, exchange)
    const stripped = text === undefined ? event : strip(event)
    const stage = this.#inner.get(exchange)?.[direction]
    const actions = stage?.named.stage(stripped) ?? [pass(stripped)]
    if (endsExchange(event.meaning, event.frame.kind) && stage !== undefined && stage.live.instances.size === 0) {
      this.#inner.delete(exchange)
    }
    return actions
  }

  #begin(live: LiveRule, exchange: number): void {
    const make = (direction: Direction): RuleStage =>
      new RuleStage(live, this.#attached, direction, this.#options.crew, this.stages[direction])
    this.#inner.set(exchange, { c2s: make('c2s'), s2c: make('s2c') })
  }
}

/** The request without the header; all else of it goes on as it came. */
function strip(event: FaultFrame): FaultFrame {
  const raw = event.meaning.withHead({ [FAULT_HEADER]: null })
  if (raw === null) return event
  const stripped = withRaw(event, raw)
  return event.span === undefined ? { ...stripped, came: event.frame.raw } : stripped
}

/**
 * Our own answer to a request whose header is no rule: whoever wrote it is the one to hear what is wrong. Never 400 or 404, which clients
 * take for the server's word about their session. Null where nothing can be answered: it then goes on without the header.
 */
function refusalOf({ code, message, hint }: ProxyError, unit: Unit): Action | null {
  const body = `mitmcp: ${FAULT_HEADER}: ${message}\n${hint}\nThis answer comes from the proxy, not from the server.\n`
  const bytes = unit.respond(502, { 'Content-Type': 'text/plain; charset=utf-8', 'x-mitmcp-error': code }, body)
  return bytes === null ? null : { do: 'reply', bytes }
}
