import { expect, onTestFinished, test } from 'vitest'
import { createControls } from '../../src/api/controls.ts'
import { captureFixture } from '../support/capture-fixture.ts'

test('every write is told, one that failed is not', () => {
  let told = 0
  const controls = createControls(captureFixture().path, () => told++)
  onTestFinished(() => controls.close())
  expect(controls.write((control) => control.heal())).toEqual([])
  expect(() => controls.write((control) => control.removeRule('none'))).toThrow('There is no rule none')
  expect(told).toBe(1)
})

test('without a capture the first write says so, not the start', () => {
  const controls = createControls('/nowhere/capture.db', () => undefined)
  expect(() => controls.write((control) => control.heal())).toThrow('There is no capture')
  controls.close()
})

test('rules are told once they act, with the processes in which they do not yet', async () => {
  const { path, db } = captureFixture()
  db.exec(`UPDATE instance SET seen_at = ${Date.now() * 1000}`)
  const controls = createControls(path, () => undefined)
  onTestFinished(() => controls.close())
  const rule = { source: { fault: 'drop' }, sentence: 'drops', id: () => 'drop' }
  const { changed, behind } = await controls.change((control) => control.addRule(rule))
  expect([changed.id, behind]).toEqual(['drop', []])
})
