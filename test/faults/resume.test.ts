import { describe, expect, test } from 'vitest'
import { resume } from '../../src/faults/resume.ts'
import { actionTexts, damageOf } from '../support/damage.ts'
import { bodyEnd, event, head, request } from '../support/http-units.ts'

function session(mode: string, count = 1) {
  const table = damageOf(resume, { mode, count })
  let exchange = 0
  return {
    table,
    /** A stream that said these blocks, and broke off. */
    spoke: (verb: 'get' | 'post', ...blocks: string[]): string[] => {
      exchange++
      table.unit('head', { ...head({ stream: verb }), exchange })
      return blocks.flatMap((block) =>
        actionTexts(
          table.unit(block, {
            ...event({ stream: verb, text: () => block }),
            exchange,
            json: block.startsWith(':') ? null : block,
            withPayload: (payload) => payload,
          }),
        ),
      )
    },
    /** The client asks to go on from there. */
    resumes: (from: string, subject: object = {}): string[] =>
      actionTexts(
        table.unit('GET', {
          ...request({ verb: 'GET', messages: [], ...subject }, { 'last-event-id': from }),
          exchange: exchange + 1,
        }),
      ),
    over: () => actionTexts(table.unit('last', { ...bodyEnd(), exchange })),
  }
}

describe('lies', () => {
  test('gap: events of the resumed stream are missing', () => {
    const { spoke, resumes } = session('gap', 2)
    spoke('post', 'id: a\ndata: 1')
    expect(resumes('a')).toEqual(['pass GET\n'])
    expect(spoke('get', 'data: 2', ': comment', 'data: 3', 'data: 4')).toEqual(['pass : comment\n', 'pass data: 4\n'])
  })

  test('duplicate: what came before comes again', () => {
    const { spoke, resumes, table } = session('duplicate')
    spoke('post', 'id: a\ndata: 1', 'id: b\ndata: 2')
    resumes('b')
    const again = table.unit('head', { ...head({ stream: 'get' }), exchange: 2 })
    expect(actionTexts(again)).toEqual(['pass head\n', 'write block id: b\ndata: 2'])
  })

  test('a stream that is over is not taken for the resumed one', () => {
    const { spoke, resumes, over, table } = session('duplicate')
    spoke('post', 'id: a\ndata: 1')
    resumes('a')
    spoke('get')
    over()
    expect(actionTexts(table.unit('head', { ...head({ stream: 'get' }), exchange: 2 }))).toEqual(['pass head\n'])
  })

  test('ignore: the server does not see the id', () => {
    expect(session('ignore').resumes('a')).toEqual(['pass head {"Last-Event-ID":null}'])
  })

  test('foreign: it sees that of another stream, or one nobody gave', () => {
    const { spoke, resumes } = session('foreign')
    expect(resumes('a')).toEqual(['pass head {"Last-Event-ID":"a-of-another-stream"}'])
    spoke('post', 'id: a\ndata: 1')
    spoke('get', 'id: b\ndata: 1')
    expect(resumes('a')).toEqual(['pass head {"Last-Event-ID":"b"}'])
  })

  test('reject: 400', () => {
    expect(session('reject').resumes('a')[0]).toMatch(/^reply 400 .*Invalid event ID format/)
  })
})

describe('provide', () => {
  test('gives events ids, but for those that have one and those that say nothing', () => {
    expect(session('provide').spoke('post', 'data: 1\n\n', 'id: a\ndata: 2\n\n', ': comment')).toEqual([
      'pass id: mitmcp-1\ndata: 1\n\n',
      'pass id: a\ndata: 2\n\n\n',
      'pass : comment\n',
    ])
  })

  test('answers for the stream of a request, which nobody else can finish', () => {
    const { spoke, resumes } = session('provide')
    spoke('post', 'data: 1', 'data: 2')
    expect(resumes('mitmcp-1')).toEqual([
      'reply 200 {"Content-Type":"text/event-stream","Cache-Control":"no-cache"} id: mitmcp-2\ndata: 2\n\n',
    ])
  })

  test('puts what is missing of a GET stream in front of the new one', () => {
    const { spoke, resumes, table } = session('provide')
    spoke('get', 'data: 1', 'data: 2')
    expect(resumes('mitmcp-1')).toEqual(['pass head {"Last-Event-ID":null}'])
    const again = table.unit('head', { ...head({ stream: 'get' }), exchange: 2 })
    expect(actionTexts(again)).toEqual(['pass head\n', 'write block id: mitmcp-2\ndata: 2'])
  })

  test('leaves ids of the server to the server', () => {
    expect(session('provide').resumes('a')).toEqual(['pass GET\n'])
  })
})

test('there is nothing to resume in the stateless era, nor on the two endpoints of 2024-11-05', () => {
  expect(session('reject').resumes('a', { era: 'stateless' })).toEqual(['pass GET\n'])
  expect(session('reject').resumes('a', { transport: 'sse' })).toEqual(['pass GET\n'])
})

test('says which lie', () => {
  expect(resume.explain({ mode: 'gap', count: 2 })).toBe('leaves out the first events after a resumed stream (2)')
  expect(resume.explain({ mode: 'ignore', count: 1 })).toBe('hides Last-Event-ID from the server')
})
