import { expect, test } from 'vitest'
import { defaultRoute, formatRoute, parseRoute } from '../../../ui/src/state/route.ts'

test('the default route leaves the address bar empty', () => {
  expect(formatRoute(defaultRoute)).toBe('')
  expect(parseRoute('')).toEqual(defaultRoute)
})

test('a route comes back from the address bar as it was', () => {
  const route = parseRoute('?session=k1&q=a+%26b&all=1&dir=s2c&hide=error,head&frame=12&tab=raw&view=connect')
  expect(route).toEqual({
    view: 'connect',
    session: 'k1',
    frame: 12,
    log: null,
    tab: 'raw',
    filter: { text: 'a &b', all: true, direction: 's2c', hidden: new Set(['error', 'head']) },
  })
  expect(parseRoute(formatRoute(route))).toEqual(route)
})

test('a line of the log may be selected in the place of a frame', () => {
  expect(formatRoute(parseRoute('?log=7'))).toBe('?log=7')
  expect(parseRoute('?frame=3&log=7')).toMatchObject({ frame: 3, log: null })
})

test.each(['?log=x', '?frame=-1', '?frame=x', '?tab=nothing', '?dir=up', '?hide=nothing', '?all=yes'])(
  'leaves the default for %s',
  (search) => expect(parseRoute(search)).toEqual(defaultRoute),
)
