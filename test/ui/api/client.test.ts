import { afterEach, beforeEach, expect, test } from 'vitest'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ApiFailure, createApi, errorOf } from '../../../ui/src/api/client.ts'

let server: Server
let base: string
let refused: string[]

beforeEach(async () => {
  refused = []
  server = createServer((request, response) => {
    if (request.url === '/text') return void response.writeHead(500).end('no JSON')
    if (request.headers.authorization !== 'Bearer t')
      return void response.writeHead(401).end('{"code":"UNAUTHORIZED","message":"no","hint":"yes"}')
    response.end(JSON.stringify({ url: request.url }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => void server.close())

const apiOf = (token: string) => createApi(token, (error) => void refused.push(error.code))

test('sends the token and the query, without what is null', async () => {
  expect(await apiOf('t').get(`${base}/frames`, { before: 5, session: null })).toEqual({ url: '/frames?before=5' })
})

test('gives code, message and hint of a refusal, and tells of the token', async () => {
  const failure = await apiOf('other')
    .get(`${base}/x`)
    .catch((cause: unknown) => cause)
  expect(errorOf(failure)).toEqual({ code: 'UNAUTHORIZED', message: 'no', hint: 'yes' })
  expect(refused).toEqual(['UNAUTHORIZED'])
})

test('makes an error of an answer that is none of ours', async () => {
  const failure = await apiOf('t')
    .get(`${base}/text`)
    .catch((cause: unknown) => cause)
  expect(failure).toBeInstanceOf(ApiFailure)
  expect(errorOf(failure).code).toBe('HTTP_500')
})

test('says so when nobody answers', async () => {
  await new Promise((resolve) => server.close(resolve))
  const failure = await apiOf('t')
    .get(`${base}/x`)
    .catch((cause: unknown) => cause)
  expect(errorOf(failure).code).toBe('UNREACHABLE')
})
