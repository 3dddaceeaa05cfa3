/** Which of our edits were a rule's. The rest belongs to proxying: names of ours put into heads and bodies, headers that were asked for. */

/** Names of edits that no rule made; `header:<name>` comes beside them. */
const OWN = [
  'host',
  'origin',
  'endpoint',
  'location',
  'resource',
  'resource-metadata',
  'path-prefix',
  'request-target',
  'cookie-domain',
  'cookie-path',
]

/** Rules among the names of a frame's edits. */
export function faultRules(edits: readonly string[]): string[] {
  return edits.filter((rule) => !OWN.includes(rule) && !rule.startsWith('header:'))
}

/** True in SQL where a rule that fits `condition` (on `edit.rule`) touched the frame. */
export function touchedBy(condition: string): string {
  const names = OWN.map((name) => `'${name}'`).join(', ')
  return `(frame.edits IS NOT NULL AND EXISTS (
    SELECT 1 FROM json_each(frame.edits) AS listed JOIN edit ON edit.id = listed.value
    WHERE edit.rule NOT IN (${names}) AND edit.rule NOT GLOB 'header:*' AND (${condition})))`
}
