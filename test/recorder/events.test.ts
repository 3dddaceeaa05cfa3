import { expect, test } from 'vitest'
import { eventLabel } from '../../src/recorder/events.ts'

test.each([
  [': keepalive\n\n', ':keepalive'],
  ['id: 7\ndata:\n\n', 'id: 7'],
  ['retry: 100\n\n', 'retry: 100'],
  ['event: endpoint\ndata: /m?s=1\n\n', 'endpoint /m?s=1'],
  [`data: ${'x'.repeat(300)}\n\n`, 'x'.repeat(200)],
])('the label of %j is one line', (text, label) => {
  expect(eventLabel(Buffer.from(text))).toBe(label)
})
