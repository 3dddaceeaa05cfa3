import type { WrittenRule } from '../../../src/api/contract.ts'
import { ruleCommand, ruleYaml } from '../state/rule-text.ts'
import { copyText } from './copy-button.tsx'
import { Icon } from './icon.tsx'

/** The rule to take elsewhere: into a file, or to a terminal. */
export function RuleCopies({ rule }: { rule: WrittenRule }) {
  return (
    <>
      <button
        type="button"
        class="button"
        title="For a file given with --faults"
        onClick={() => void copyText(ruleYaml(rule))}
      >
        <Icon name="copy" /> YAML
      </button>
      <button type="button" class="button" title={ruleCommand(rule)} onClick={() => void copyText(ruleCommand(rule))}>
        <Icon name="terminal" /> Command
      </button>
    </>
  )
}
