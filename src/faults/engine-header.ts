/** Rules that a request brings along: `x-mitmcp-fault: latency; delay=200ms`, for its own exchange only. The server never sees the header. */
import { type NamedStage, pass } from '../pipe/action.ts'
import type { Direction } from '../wire/frame.ts'
import type { Crew } from './engine-crew.ts'
import { endsExchange } from './engine-place.ts'
import type { LiveRule } from './engine-rule.ts'
import { type Attached, RuleStage } from './engine-stage.ts'
import type { RuleSource } from './rule.ts'
import { type FaultFrame, type Unit, withRaw } from './unit.ts'

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
  /** The rule of a header; null where it cannot be read, which has been said. */
  rule(text: string): LiveRule | null
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

  #unit(direction: Direction, event: FaultFrame, exchange: number) {
    const text = direction === 'c2s' && event.meaning.asks ? event.meaning.subject.header(FAULT_HEADER) : undefined
    const stripped = text === undefined ? event : this.#begin(event, exchange, text)
    const stage = this.#inner.get(exchange)?.[direction]
    const actions = stage?.named.stage(stripped) ?? [pass(stripped)]
    if (endsExchange(event.meaning, event.frame.kind) && stage !== undefined && stage.live.instances.size === 0) {
      this.#inner.delete(exchange)
    }
    return actions
  }

  #begin(event: FaultFrame, exchange: number, text: string): FaultFrame {
    const live = this.#options.rule(text)
    if (live !== null) {
      const make = (direction: Direction): RuleStage =>
        new RuleStage(live, this.#attached, direction, this.#options.crew, this.stages[direction])
      this.#inner.set(exchange, { c2s: make('c2s'), s2c: make('s2c') })
    }
    const raw = event.meaning.withHead({ [FAULT_HEADER]: null })
    return raw === null ? event : withRaw(event, raw)
  }
}
