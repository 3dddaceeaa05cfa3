import { expect, test } from 'vitest'
import { goOn, interim, toldByUs } from '../../../src/faults/units/go-on.ts'
import type { HeadFacts } from '../../../src/faults/units/head-facts.ts'
import type { Asked } from '../../../src/faults/units/talk.ts'
import type { UnitEvents } from '../../../src/faults/units/unit-events.ts'
import type { Http1Head } from '../../../src/wire/http1.ts'

const facts = (waits: boolean) => ({ waits }) as HeadFacts
const asked = (): Asked => ({
  method: 'POST',
  upgrade: false,
  number: 0,
  target: '',
  head: null,
  exchange: null,
  events: 0,
})

test('a client that waits is told once, before its body', () => {
  const one = asked()
  expect([goOn(one, facts(false), 0), goOn(one, facts(true), 5), toldByUs(one)]).toEqual([[], [], false])
  expect(goOn(one, facts(true), 0)).toEqual([{ do: 'reply', bytes: Buffer.from('HTTP/1.1 100 Continue\r\n\r\n') }])
  expect([goOn(one, facts(true), 0), toldByUs(one)]).toEqual([[], true])
})

test('what the server says of it is kept back, other words before the answer are not', () => {
  const told: string[] = []
  const events = {
    withheld: (length: number) => told.push(`withheld ${length}`),
    opaque: (raw: Uint8Array) => told.push(`passed ${raw.length}`),
  } as unknown as UnitEvents
  const head = (status: number) => ({ status }) as Http1Head
  const one = { ...asked(), continued: true }
  interim(events, head(100), Buffer.alloc(3), 0, one)
  interim(events, head(103), Buffer.alloc(4), 0, one)
  interim(events, head(100), Buffer.alloc(5), 0, asked())
  interim(events, head(100), Buffer.alloc(6), 0)
  expect(told).toEqual(['withheld 3', 'passed 4', 'passed 5', 'passed 6'])
})
