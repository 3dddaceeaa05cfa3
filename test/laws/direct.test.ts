import { transportLaws } from './transport.ts'

transportLaws('no proxy at all', async ({ port }) => ({ port, close: async () => {} }), { topics: ['heads', 'streaming', 'endings', 'pressure', 'odd'] })
