import { expect, test } from 'vitest'
import { run } from '../../src/cli/run.ts'
import { START } from '../support/capture-fixture.ts'
import { fakeContext } from '../support/cli-context.ts'
import { conversationFixture } from '../support/conversation-fixture.ts'

/** The answer was dropped by a rule, and delayed by another, which let the request be. */
const touched = () => {
  const capture = conversationFixture()
  const place = (id: number): { offset: number; length: number; direction: number } =>
    capture.db.prepare('SELECT offset, length, direction FROM frame WHERE id = ?').get(id) as never
  capture.add('decision', { connection: 1, ...place(3), rule: 'drop', action: 'drop', draw: 0.25, at: START + 12_000 })
  capture.add('decision', { connection: 1, ...place(2), rule: 'late', action: 'pass', fired: 0, scope: 'message 1' })
  const { length } = place(3)
  const edit = capture.add('edit', { length, bytes: Buffer.alloc(0), rule: 'drop' })
  capture.db.prepare('UPDATE frame SET edits = ? WHERE id = 3').run(JSON.stringify([edit]))
  return capture.path
}

const told = async (...args: string[]) => {
  const context = fakeContext()
  const code = await run([...args, '--db', touched()], context)
  return { code, out: context.output.stdout(), err: context.output.stderr() }
}

test('a frame a rule touched wears a badge, with what was done and its number', async () => {
  const { out } = await told('show')
  expect(out.split('\n').filter((line) => line.includes('[fault'))).toEqual([
    expect.stringMatching(
      / ← {2}tools\/call {2}echo {2}#1 {2}never sent on \(drop\) {2}\[fault drop: dropped · frame 3\] {2}"hi"$/,
    ),
  ])
})

test('a number shows that frame: what it says, when it came and went, what rules decided', async () => {
  const { out } = await told('show', '3')
  expect(out).toMatch(/\[fault drop: dropped · frame 3\]\n {2}75 B, received at [\d:.]+; never sent on\n/)
  expect(out).toMatch(/ {2}[\d:.]+ {2}rule drop: dropped \(session 1, drew 0\.2500\)\n/)
  expect(out).toContain('"text": "hi"')
  expect((await told('show', '2')).out).toContain('rule late let it be: pass (message 1)')
})

test('--json gives the frame with the decisions about it', async () =>
  expect(JSON.parse((await told('show', '3', '--json')).out)).toMatchObject({
    type: 'frame',
    id: 3,
    faults: ['drop'],
    decisions: [{ rule: 'drop', action: 'drop', draw: 0.25 }],
  }))

test('a head shows its fields', async () =>
  expect((await told('show', '1')).out).toContain('    Host: localhost:3000\n'))

test('a frame that is not there is said so', async () =>
  expect(await told('show', '99')).toMatchObject({ code: 2, err: expect.stringContaining('There is no frame 99') }))
