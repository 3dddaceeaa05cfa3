import { describe, expect, it } from 'vitest'
import { pass, type NamedStage, type PipeEvent } from '../../src/pipe/action.ts'
import { createGate } from '../../src/pipe/gate.ts'
import type { Framer } from '../../src/wire/frame.ts'
import { playbook } from '../support/playbook.ts'

const FIN = { how: 'fin', by: 'client' } as const

/** Frames end at a full stop. */
const sentences = (): Framer => {
  let held = ''
  const frame = (text: string) => ({ kind: 'line' as const, raw: Buffer.from(text), payload: Buffer.from(text) })
  return {
    push: (bytes) => {
      const parts = (held + Buffer.from(bytes).toString()).split('.')
      held = parts.pop() ?? ''
      return parts.map((part) => frame(`${part}.`))
    },
    flush: () => {
      const rest = held
      held = ''
      return rest === '' ? [] : [frame(rest)]
    },
  }
}

describe('gate', () => {
  const seen = (): { stage: NamedStage; frames: string[] } => {
    const frames: string[] = []
    const note = (event: PipeEvent): void => {
      if (event.kind === 'frame') frames.push(`${event.offset}:${Buffer.from(event.frame.raw).toString()}`)
    }
    return { frames, stage: { rule: 'see', stage: (event) => (note(event), [pass(event)]) } }
  }

  it('lets only whole frames through, with their addresses', () => {
    const { stage, frames } = seen()
    const { push, log } = playbook([createGate(sentences()), stage])
    push('on')
    push('e.tw')
    push('o.')
    expect(frames).toEqual(['0:one.', '4:two.'])
    expect(log).toEqual(['one.@0', 'two.@0'])
  })

  it('gives what it holds when it is taken out, losing nothing', () => {
    const { pipe, push, log } = playbook([createGate(sentences())])
    push('one.tw')
    pipe.setStages([])
    push('o.')
    expect(log).toEqual(['one.@0', 'tw@0', 'o.@0'])
  })

  it('gives an unfinished frame at the end', () => {
    const { pipe, push, log } = playbook([createGate(sentences())])
    push('one.tw')
    pipe.end(FIN)
    expect(log).toEqual(['one.@0', 'tw@0', 'end:fin@0'])
  })

  it('begins at the address where it was put in', () => {
    const { stage, frames } = seen()
    const { pipe, push } = playbook()
    push('zero.')
    pipe.setStages([createGate(sentences()), stage])
    push('one.')
    expect(frames).toEqual(['5:one.'])
  })
})
