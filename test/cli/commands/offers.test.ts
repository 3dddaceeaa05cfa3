import { expect, test } from 'vitest'
import { offersText } from '../../../src/cli/commands/offers.ts'
import { fakeContext } from '../../support/cli-context.ts'

const verb = (name: string, ...offers: { have: string; type: string }[]) => ({ name, offers, define: () => undefined })

test('one line for each thing one may have, spelled as invoked', () =>
  expect(
    offersText(
      [
        verb('a', { have: 'a server', type: 'http://x/' }),
        verb('hidden'),
        verb('b', { have: 'nothing', type: 'demo' }),
      ],
      fakeContext(),
    ),
  ).toEqual([
    'mitmcp 1.2.3 stands between an MCP client and its server, records every frame, and shows it.',
    '',
    'You have  Type',
    'a server  npx mitmcp http://x/',
    'nothing   npx mitmcp demo',
    '',
    'Every command explains itself: npx mitmcp <command> --help',
  ]))
