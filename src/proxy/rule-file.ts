/** A file of fault rules: read, and read again when it changes. */
import { readFile, watch } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { ProxyError } from '../errors.ts'
import type { ActiveRule } from '../faults/rules/rule.ts'

export interface RuleFile {
  /** Of all draws; null when the file gives none. */
  readonly seed: number | null
  readonly rules: readonly FileRule[]
  /** Which rule wins where two get in each other's way: a sentence for each pair. */
  readonly conflicts: readonly string[]
}

/** A rule of a file, and what it says. */
export interface FileRule extends ActiveRule {
  readonly sentence: string
}

/** Throws `RULE_INVALID` with every problem, each with its line; `revision` is that of its rules. */
export async function readRuleFile(path: string, revision: number): Promise<RuleFile> {
  const { readRuleText } = await import('../config/rule-text.ts')
  const { parseRules } = await import('../faults/rules/document.ts')
  const { explainRule } = await import('../faults/rules/sentence.ts')
  const { conflictsOf } = await import('../faults/rules/conflicts.ts')
  const { seed, rules } = readRuleText(path, await textOf(path), (value) => parseRules(value))
  return {
    seed,
    conflicts: conflictsOf(rules).map(({ text }) => text),
    rules: rules.map((rule) => {
      const { id, source } = rule
      return { id, revision, source, origin: 'file', enabled: source.enabled ?? true, sentence: explainRule(rule) }
    }),
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    throw new ProxyError('RULE_INVALID', `${path}: ${NO_FILE[code] ?? message}`, {
      hint: 'Give --faults a YAML file with rules.',
      cause: error,
    })
  }
}

const NO_FILE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
}

/** Of all draws: that of the file, else the one that was asked for, else any. */
export const seedFor = (file: Pick<RuleFile, 'seed'> | undefined, asked: number | undefined): number =>
  file?.seed ?? asked ?? Math.floor(Math.random() * 2 ** 32)

/** What is in force now, for people: `2 fault rules of faults.yaml are in force (seed 42):` and a line for each. */
export function inForceText(path: string, { rules, conflicts }: RuleFile, seed?: number): string {
  const many = rules.length === 1 ? '1 fault rule' : `${rules.length} fault rules`
  const drawn = seed === undefined || rules.length === 0 ? '' : ` (seed ${seed})`
  const first = `${many} of ${path} ${rules.length === 1 ? 'is' : 'are'} in force${drawn}${rules.length === 0 ? '.' : ':'}`
  const lines = rules.map(({ id, sentence, enabled }) => `${id}${enabled ? '' : ' (off)'}: ${sentence}`)
  return [first, ...lines, ...conflicts.map((text) => `mind: ${text}`)].join('\n  ')
}

const NONE = 'None of its rules is in force.'

/** What is wrong with a file that could not be read at the start, where the start goes on: `file has 1 problem: … None of its rules is in force. …` */
export const refusedText = ({ message }: ProxyError): string =>
  `${message}\n  ${NONE} The server runs all the same. Mend the file, and they are, at once.`

/** Bursts of changes are one: editors write a file in several steps. */
const SETTLE_MS = 50

/**
 * Calls `changed` with the rules of each new state of the file that can be read, and `refused` with what is wrong with any other: the
 * last good rules stay. Gives what ends it.
 */
export function watchRuleFile(
  path: string,
  changed: (file: RuleFile) => void,
  refused: (error: ProxyError) => void,
): () => void {
  const abort = new AbortController()
  let revision = 1
  let settling: NodeJS.Timeout | undefined
  const again = (): void => {
    void readRuleFile(path, ++revision).then(
      (file) => abort.signal.aborted || changed(file),
      (error: ProxyError) => abort.signal.aborted || refused(error),
    )
  }
  const follow = async (): Promise<void> => {
    try {
      // the folder: editors replace the file, and a watch of the file would follow the old one
      for await (const { filename } of watch(dirname(path), { signal: abort.signal, persistent: false })) {
        if (filename !== null && filename !== basename(path)) continue
        clearTimeout(settling)
        settling = setTimeout(again, SETTLE_MS)
      }
    } catch {
      // ended by us, or the folder is gone: the last good rules stay
    }
  }
  void follow()
  return () => {
    clearTimeout(settling)
    abort.abort()
  }
}

/**
 * Puts the rules of a file in force, and those of each later state of it that can be read; says so. `first`: as it was read at the start;
 * undefined where it could not be, which is the caller's to say. Resolves when the first act; gives what ends it.
 */
export async function followRuleFile(
  path: string,
  first: RuleFile | undefined,
  put: (rules: readonly FileRule[]) => Promise<void>,
  say: (message: string) => void,
): Promise<() => void> {
  let good = first !== undefined
  if (first !== undefined) await put(first.rules)
  return watchRuleFile(
    path,
    (file) => {
      good = true
      void put(file.rules).then(() => say(`${path} has changed. ${inForceText(path, file)}`))
    },
    ({ message }) => say(`${message}\n  ${good ? 'The last good rules stay in force.' : NONE}`),
  )
}
