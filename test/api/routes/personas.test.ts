import { expect, test } from 'vitest'
import type { PersonaCard } from '../../../src/api/contract.ts'
import { personaRoutes } from '../../../src/api/routes/personas.ts'

test('personas are told as they are given', async () => {
  const card = { name: 'crash', title: 'A crash', rules: [{ fault: 'drop' }] } as unknown as PersonaCard
  const routes = personaRoutes(() => [card])
  expect(await (await routes.request('/')).json()).toEqual([card])
})
