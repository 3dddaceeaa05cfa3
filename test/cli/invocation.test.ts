import { describe, expect, test } from 'vitest'
import { invocation, quoted, tilde } from '../../src/cli/invocation.ts'

const clone = {
  script: '/home/ann/mitmcp/dist/cli/main.js',
  env: {},
  cwd: '/home/ann/mitmcp',
  root: '/home/ann/mitmcp/',
}

describe('the program is spelled as it was called', () => {
  test('inside a clone, also by npm start: npx mitmcp', () => {
    expect(invocation(clone)).toBe('npx mitmcp')
    expect(invocation({ ...clone, cwd: '/home/ann/mitmcp/test' })).toBe('npx mitmcp')
  })

  test('from elsewhere: the way to the clone', () =>
    expect(invocation({ ...clone, cwd: '/home/ann/shop' })).toBe('node ../mitmcp/dist/cli/main.js'))

  test('through npx: npx mitmcp', () =>
    expect(
      invocation({
        script: '/home/ann/.npm/_npx/1/node_modules/.bin/mitmcp',
        env: { npm_command: 'exec', PATH: '/home/ann/.npm/_npx/1/node_modules/.bin:/usr/bin' },
        cwd: '/home/ann/shop',
        root: '/home/ann/.npm/_npx/1/node_modules/mitmcp/',
      }),
    ).toBe('npx mitmcp'))

  test('installed on the path: mitmcp', () =>
    expect(
      invocation({
        script: '/usr/local/bin/mitmcp',
        env: { PATH: '/usr/local/bin:/usr/bin' },
        cwd: '/home/ann/shop',
        root: '/usr/local/lib/node_modules/mitmcp/',
      }),
    ).toBe('mitmcp'))

  test('installed in a project and called by its path: that path', () =>
    expect(
      invocation({
        script: '/home/ann/shop/node_modules/.bin/mitmcp',
        env: { PATH: '/usr/bin' },
        cwd: '/home/ann/shop',
        root: '/home/ann/shop/node_modules/mitmcp/',
      }),
    ).toBe('node_modules/.bin/mitmcp'))
})

test.each([
  ['/tmp/a.db', '/tmp/a.db'],
  ["/tmp/it's here.db", String.raw`'/tmp/it'\''s here.db'`],
  ['~/my data/a.db', "~/'my data/a.db'"],
  ['http://a/?x=1&y=2', "'http://a/?x=1&y=2'"],
])('%s is quoted as %s', (word, safe) => expect(quoted(word)).toBe(safe))

test('home is written as a tilde', () => {
  expect(tilde('/home/ann/x.db', '/home/ann')).toBe('~/x.db')
  expect(tilde('/home/anna/x.db', '/home/ann')).toBe('/home/anna/x.db')
  expect(tilde('/x.db', undefined)).toBe('/x.db')
})
