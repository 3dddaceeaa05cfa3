import { expect, test } from 'vitest'
import { plainResponse } from '../../src/faults/plain-response.ts'

test('is a whole response that ends its connection', () => {
  expect(Buffer.from(plainResponse(503, { 'Retry-After': '1' }, 'é')).toString()).toBe(
    'HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 1\r\nContent-Length: 2\r\nConnection: close\r\n\r\né',
  )
})
