import { expect, it } from 'vitest'
import { ownNames } from '../../src/transports/own-names.ts'

it('counts every loopback name as our own, and the host as it was given', () => {
  const { own, ownAuthority, ownScheme } = ownNames('Proxy.test', '10.0.0.1', 6278)
  expect([...own].sort()).toEqual([
    '10.0.0.1:6278',
    '127.0.0.1:6278',
    '[::1]:6278',
    'localhost:6278',
    'proxy.test:6278',
  ])
  expect([ownScheme, ownAuthority]).toEqual(['http:', 'Proxy.test:6278'])
})

it('spells an IPv6 address in brackets, and keeps the public URL', () => {
  const publicUrl = new URL('https://tunnel.test')
  expect(ownNames('::1', '::1', 1, publicUrl)).toMatchObject({ ownAuthority: '[::1]:1', publicUrl })
})
