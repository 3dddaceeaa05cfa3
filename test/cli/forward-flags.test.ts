import { Command } from 'commander'
import { expect, test } from 'vitest'
import { addForwardFlags, gatherForward, type ForwardFlags } from '../../src/cli/forward-flags.ts'

const flagsOf = (...args: string[]): ForwardFlags =>
  addForwardFlags(new Command()).exitOverride().parse(args, { from: 'user' }).opts()

test('the flags of the live path apply, and those of forward mode beside them', async () => {
  const { options } = await gatherForward(
    flagsOf(
      '--port',
      '0',
      '--insecure',
      '--ca',
      'ca.pem',
      '--tunnel',
      'a.test',
      '--tunnel',
      'b.test',
      '--allow-remote',
    ),
    {},
  )
  expect(options).toMatchObject({
    port: 0,
    insecure: true,
    ca: 'ca.pem',
    tunnel: ['a.test', 'b.test'],
    allowRemote: true,
  })
})

test.each([['--no-rewrite'], ['--public-url', 'https://x.test']])(
  '%s has no meaning here: not in the help, and refused',
  async (...args) => {
    expect(addForwardFlags(new Command()).helpInformation()).not.toContain(args[0])
    await expect(gatherForward(flagsOf(...args), {})).rejects.toMatchObject({ code: 'OPTION_INVALID' })
  },
)
