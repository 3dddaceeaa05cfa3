import { expect, onTestFinished, test } from 'vitest'
import { openControl, type NewRule } from '../../src/store/control.ts'
import { inForce } from '../../src/store/in-force.ts'
import { captureFixture } from '../support/capture-fixture.ts'

const NOW = 1_700_000_000_000_000
const RULE: NewRule = { source: { fault: 'drop' }, sentence: 'drops', id: () => 'drop' }

function capture() {
  const { path, db } = captureFixture()
  db.exec(`UPDATE instance SET seen_at = ${NOW}, in_force = 0`)
  const control = openControl(path, () => NOW)
  onTestFinished(() => control.close())
  return { db, control }
}

test('what was written is waited for until the process has come so far, and no longer', async () => {
  const { db, control } = capture()
  const rule = control.addRule(RULE)
  const timer = setTimeout(() => db.exec(`UPDATE instance SET in_force = ${control.revision()}`), 20)
  onTestFinished(() => clearTimeout(timer))
  const before = performance.now()
  expect(await inForce(control, [rule])).toEqual([])
  expect(performance.now() - before).toBeLessThan(1500)
})

test('a process that is not meant, or is gone, is not waited for', () => {
  const { db, control } = capture()
  const rule = control.addRule(RULE)
  expect(control.behind(control.revision(), [rule]).map(({ id }) => id)).toEqual([1])
  expect(control.behind(control.revision(), [{ instance: 7 }])).toEqual([])
  expect(control.behind(control.revision(), [{ instance: null }]).map(({ id }) => id)).toEqual([1])
  db.exec('UPDATE instance SET seen_at = 0')
  expect(control.behind(control.revision(), [rule])).toEqual([])
})
