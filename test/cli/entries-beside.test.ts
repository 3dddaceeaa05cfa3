import { expect, onTestFinished, test } from 'vitest'
import { entriesBeside } from '../../src/cli/entries-beside.ts'
import { openReader } from '../../src/store/reader.ts'
import { START } from '../support/capture-fixture.ts'
import { conversationFixture } from '../support/conversation-fixture.ts'

const beside = (wanted: { session?: string }, span: { from: number | undefined; lines: number }): string[] => {
  const { path, add } = conversationFixture()
  add('log', { at: START + 50_000, detail: '{"text":"said"}' })
  const reader = openReader(path)
  onTestFinished(() => reader.close())
  return entriesBeside(reader, wanted, span).map(({ kind }) => kind)
}

test('gives lines of the log and endings since an instant, by time', () => {
  expect(beside({}, { from: START, lines: 0 })).toEqual(['log', 'broken'])
  expect(beside({ session: 'talk0001' }, { from: START + 60_000, lines: 0 })).toEqual(['broken'])
})

test('gives the last ones where there is no message to begin at', () =>
  expect(beside({}, { from: undefined, lines: 1 })).toEqual(['broken']))
