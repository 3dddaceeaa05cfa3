import type { Api, Query } from '../../ui/src/api/client.ts'

/** An API that answers from a function; bytes and live streams it has none. */
export function fakeApi(
  answer: (path: string, query: Query, sent?: { readonly method: string; readonly body: unknown }) => unknown,
): Api {
  return {
    get: async <T>(path: string, query: Query = {}) => (await answer(path, query)) as T,
    send: async <T>(method: string, path: string, body?: unknown) => (await answer(path, {}, { method, body })) as T,
    bytes: async () => new Uint8Array(),
    open: async () => new ReadableStream<Uint8Array>(),
  }
}
