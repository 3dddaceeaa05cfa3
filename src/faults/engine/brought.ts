/** Rules that requests bring along, remembered: equal headers are one rule, which counts and draws from one request to the next. */
import { ProxyError } from '../../errors.ts'
import { readFaultHeader } from './header.ts'
import type { LiveRule } from './rule.ts'
import type { AnyFault } from '../fault.ts'
import type { Rule } from '../rules/parse.ts'
import { helpOn } from '../rules/problem.ts'
import type { ActiveRule } from '../rules/rule.ts'

export interface BroughtRulesOptions {
  readonly among: readonly AnyFault[]
  /** Or everything that is wrong with it. */
  read(active: ActiveRule): Rule | ProxyError
  begin(rule: Rule, active: ActiveRule): LiveRule
}

/** Different headers that are remembered. */
const HEADERS = 1000

export class BroughtRules {
  readonly #options: BroughtRulesOptions
  readonly #known = new Map<string, LiveRule | ProxyError>()

  #headers = 0

  constructor(options: BroughtRulesOptions) {
    this.#options = options
  }

  /** The rule of a header, or why it is none. */
  of(text: string): LiveRule | ProxyError {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    const source = readFaultHeader(text)
    const wide = this.#options.among.some(({ type, per }) => type === source.fault && per !== 'message')
    const active: ActiveRule = {
      id: 'fault-header',
      // scopes of different headers are told apart by it
      revision: ++this.#headers,
      source: { ...source, ...(wide ? { per: 'stream' } : {}) },
      origin: 'header',
      enabled: true,
    }
    const rule = this.#options.read(active)
    const brought =
      rule instanceof Error
        ? unsent(rule, this.#options.among.find(({ type }) => type === source.fault)?.type)
        : this.#options.begin(rule, active)
    if (this.#known.size >= HEADERS) this.#known.clear()
    this.#known.set(text, brought)
    return brought
  }
}

/** Whoever wrote the header reads it in the answer. */
const unsent = ({ code, message, cause }: ProxyError, fault: string | undefined): ProxyError =>
  new ProxyError(code, message, { hint: `The request was not sent on. ${helpOn(fault)}`, cause })
