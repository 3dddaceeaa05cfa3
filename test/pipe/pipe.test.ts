import { describe, expect, it } from 'vitest'
import { pass, type NamedStage } from '../../src/pipe/action.ts'
import { playbook } from '../support/playbook.ts'

const FIN = { how: 'fin', by: 'client' } as const

const latency = (ms: number): NamedStage => ({
  rule: 'late',
  stage: (event) => (event.kind === 'chunk' ? [{ do: 'wait', ms }, pass(event)] : [pass(event)]),
})
const dropping = (text: string): NamedStage => ({
  rule: 'drop',
  stage: (event) => (event.kind === 'chunk' && Buffer.from(event.bytes).toString() === text ? [] : [pass(event)]),
})
const twice: NamedStage = { rule: 'twice', stage: (event) => [pass(event), pass(event)] }

describe('Pipe', () => {
  it('passes a chunk at once and whole', () => {
    const { push, log, tapped } = playbook()
    push('abc')
    expect(log).toEqual(['abc@0'])
    expect(tapped).toEqual(['in abc 0 sent'])
  })

  it('keeps what comes before it is opened, then passes it in order, the end last', () => {
    const { pipe, push, log, tapped } = playbook([], { open: false })
    push('a')
    push('b')
    pipe.end(FIN)
    expect(log).toEqual([])
    pipe.open()
    expect(log).toEqual(['a@0', 'b@0', 'end:fin@0'])
    expect(tapped).toEqual(['in a 0', 'in b 0', 'sent 1', 'sent 2'])
  })

  it('delays a burst once, counted from arrival', () => {
    const { push, log, clock } = playbook([latency(200)])
    push('a')
    push('b')
    push('c')
    clock.advance(199)
    expect(log).toEqual([])
    clock.advance(1)
    expect(log).toEqual(['a@200', 'b@200', 'c@200'])
  })

  it('tells its stages when nothing waits, and none of them holds anything', () => {
    const seen: string[] = []
    let holds = true
    const { push, log, clock } = playbook([
      { ...latency(100), holds: () => holds },
      { rule: 'last', stage: (event) => [pass(event)], idle: () => void seen.push(log.at(-1) ?? 'nothing') },
    ])
    push('a')
    clock.advance(100)
    expect([log, seen]).toEqual([['a@100'], []])
    holds = false
    push('b')
    expect(seen).toEqual([])
    clock.advance(100)
    expect(seen).toEqual(['b@200'])
  })

  it('adds up the waits of two stages', () => {
    const { push, log, clock } = playbook([latency(200), latency(100)])
    push('a')
    clock.advance(1000)
    expect(log).toEqual(['a@300'])
  })

  it('counts a wait from now when asked', () => {
    const slices: NamedStage = {
      rule: 'slice',
      stage: (event) =>
        event.kind === 'chunk'
          ? [
              { do: 'write', bytes: Buffer.from('x') },
              { do: 'wait', ms: 10, since: 'now' },
              { do: 'write', bytes: Buffer.from('y') },
            ]
          : [pass(event)],
    }
    const { push, log, clock } = playbook([slices])
    clock.advance(5)
    push('a')
    push('b')
    clock.advance(100)
    expect(log).toEqual(['x@5', 'y@15', 'x@15', 'y@25'])
  })

  it('ends only behind what waits', () => {
    const { pipe, push, log, clock } = playbook([latency(50)])
    push('a')
    pipe.end(FIN)
    expect(log).toEqual([])
    clock.advance(50)
    expect(log).toEqual(['a@50', 'end:fin@50'])
  })

  it('records a dropped chunk as removed', () => {
    const { push, log, tapped } = playbook([dropping('b')])
    push('a')
    push('b')
    push('c')
    expect(log).toEqual(['a@0', 'c@0'])
    expect(tapped.filter((line) => !line.startsWith('in'))).toEqual(['sent 1', 'edit 1 -1 + drop', 'sent 2', 'sent 3'])
  })

  it('records a dropped last chunk when the pipe ends', () => {
    const { pipe, push, tapped } = playbook([dropping('b')])
    push('b')
    pipe.end(FIN)
    expect(tapped).toContain('edit 0 -1 + drop')
  })

  it('records what is sent twice as bytes of ours', () => {
    const { push, log, tapped } = playbook([twice])
    push('a')
    expect(log).toEqual(['a@0', 'a@0'])
    expect(tapped).toContain('edit 1 -0 +a twice')
  })

  it('records changed bytes with what they replace', () => {
    const upper: NamedStage = {
      rule: 'upper',
      stage: (event) => (event.kind === 'chunk' ? [pass({ ...event, bytes: Buffer.from('XYZ!') })] : [pass(event)]),
    }
    const { push, log, tapped } = playbook([upper])
    push('abc')
    expect(log).toEqual(['XYZ!@0'])
    expect(tapped).toContain('edit 0 -3 +XYZ! upper')
  })

  it('holds until released, then goes on in order', () => {
    const holding: NamedStage = {
      rule: 'hold',
      stage: (event) =>
        event.kind === 'chunk' && event.offset === 0 ? [{ do: 'hold', until: 'h' }, pass(event)] : [pass(event)],
    }
    const { pipe, push, log } = playbook([holding])
    push('a')
    push('b')
    pipe.release('other')
    expect(log).toEqual([])
    pipe.release('h')
    expect(log).toEqual(['a@0', 'b@0'])
  })

  it('pauses the reader above the inbox bound and lets it go on below half of it', () => {
    const { push, log, clock } = playbook([latency(10)], { inboxBytes: 4 })
    push('aaa')
    push('bbb')
    push('ccc')
    expect(log).toEqual(['pause'])
    clock.advance(10)
    expect(log).toEqual(['pause', 'aaa@10', 'bbb@10', 'ccc@10', 'resume'])
  })

  it('lets go of what waits when the stages are taken out, and passes at once from then on', () => {
    const { pipe, push, log, clock } = playbook([latency(1000)])
    push('a')
    push('b')
    clock.advance(5)
    pipe.setStages([])
    push('c')
    expect(log).toEqual(['a@5', 'b@5', 'c@5'])
  })

  it('cuts and replies as a stage says', () => {
    const cutting: NamedStage = {
      rule: 'cut',
      stage: () => [
        { do: 'reply', bytes: Buffer.from('no') },
        { do: 'cut', how: 'rst', side: 'both' },
      ],
    }
    const { push, log } = playbook([cutting])
    push('a')
    expect(log).toEqual(['reply:no', 'cut:rst:both'])
  })

  it('sends injected bytes at once and records them as ours', () => {
    const { pipe, push, log, tapped } = playbook()
    push('a')
    pipe.inject(Buffer.from('!'), 'inject')
    expect(log).toEqual(['a@0', '!@0'])
    expect(tapped).toContain('edit 1 -0 +! inject')
  })

  it('says what is unsent while the outlet keeps bytes back', () => {
    const { pipe, push, letGo, tapped } = playbook([], { keepBack: 2 })
    push('abcde')
    expect(pipe.backlog).toBe(2)
    letGo()
    expect(pipe.backlog).toBe(0)
    expect(tapped).toEqual(['in abcde 0', 'sent 3', 'sent 5'])
  })

  it('calls nothing sent when the outlet leads nowhere', () => {
    const { pipe, push, tapped } = playbook([], { keepBack: Number.POSITIVE_INFINITY })
    push('abc')
    pipe.end(FIN)
    expect(pipe.backlog).toBe(3)
    expect(tapped).toEqual(['in abc 0'])
  })

  it('does nothing more once destroyed', () => {
    const { pipe, push, log, clock } = playbook([latency(10)])
    push('a')
    pipe.destroy()
    clock.advance(100)
    expect(log).toEqual([])
  })
})

describe('Pipe, when stages come and go', () => {
  const named = (rule: string, stage: NamedStage['stage']): NamedStage => ({ rule, stage })

  it('keeps what one rule delays when another goes', () => {
    const slow = latency(200)
    const other = twice
    const { pipe, push, log, clock } = playbook([slow, other])
    push('a')
    pipe.setStages([slow])
    clock.advance(199)
    expect(log).toEqual([])
    clock.advance(1)
    expect(log).toEqual(['a@200'])
  })

  it('lets go at once what a rule that goes has delayed, in order', () => {
    const slow = latency(200)
    const { pipe, push, log, clock } = playbook([slow, latency(100)])
    push('a')
    push('b')
    pipe.setStages([])
    expect(log).toEqual(['a@0', 'b@0'])
    clock.advance(1000)
    expect(log).toHaveLength(2)
  })

  it('keeps a delay whole when a rule is put in behind it', () => {
    const slow = latency(200)
    const { pipe, push, log, clock } = playbook([slow])
    push('a')
    push('b')
    pipe.setStages([slow, dropping('c')])
    expect(log).toEqual([])
    clock.advance(200)
    push('c')
    clock.advance(200)
    expect(log).toEqual(['a@200', 'b@200'])
  })

  it('gives a tick’s actions their place: behind what has passed the stage, before what has not', () => {
    const kept = named('kept', (event) =>
      event.kind === 'tick' ? [{ do: 'write', bytes: Buffer.from('!') }] : [pass(event)],
    )
    const { pipe, push, log, clock } = playbook([kept, latency(200)])
    push('a')
    clock.advance(50)
    pipe.tick(kept, null)
    push('b')
    clock.advance(200)
    expect(log).toEqual(['a@200', '!@200', 'b@250'])
  })

  it('does not let a tick wait for a stage in front of its own', () => {
    const cutting = named('cutting', (event) =>
      event.kind === 'tick' ? [{ do: 'cut', how: 'rst', side: 'both' }] : [pass(event)],
    )
    const { pipe, push, log, clock } = playbook([latency(200), cutting])
    push('a')
    clock.advance(10)
    pipe.tick(cutting, null)
    expect(log).toEqual(['cut:rst:both'])
  })

  it('ends a hold by a tick of the stage that holds, its other actions first', () => {
    const holding = named('holding', (event) => {
      if (event.kind === 'chunk') return [{ do: 'hold', until: 'asked' }]
      if (event.kind !== 'tick') return [pass(event)]
      return [
        { do: 'write', bytes: Buffer.from('!') },
        { do: 'release', until: 'asked' },
      ]
    })
    const once = named('once', (event) => [pass(event)])
    const { pipe, push, log } = playbook([once, holding])
    push('a')
    push('b')
    expect(log).toEqual([])
    pipe.tick(holding, null)
    expect(log).toEqual(['!@0'])
    pipe.tick(holding, null)
    expect(log).toEqual(['!@0', '!@0'])
  })

  it('has no tick for a stage that is gone', () => {
    const seen: string[] = []
    const stage = named('seen', (event) => {
      seen.push(event.kind)
      return [pass(event)]
    })
    const { pipe } = playbook([stage])
    pipe.setStages([])
    pipe.tick(stage, null)
    expect(seen).toEqual([])
  })

  it('counts an edited frame for as many bytes as it stands for', () => {
    const longer = named('longer', (event) => {
      if (event.kind !== 'chunk') return [pass(event)]
      const frame = { kind: 'opaque', raw: Buffer.from('longer'), payload: Buffer.from('longer') } as const
      return [pass({ kind: 'frame', at: event.at, offset: event.offset, frame, span: event.bytes.length })]
    })
    const { push, log, tapped } = playbook([longer])
    push('ab')
    push('cd')
    expect(log).toEqual(['longer@0', 'longer@0'])
    expect(tapped.filter((line) => line.startsWith('edit'))).toEqual([
      'edit 0 -2 +longer longer',
      'edit 2 -2 +longer longer',
    ])
  })
})

describe('Pipe, with a stage that makes frames', () => {
  /** A frame of two bytes after the other; `!` before it where they are not those that came. */
  const pairs: NamedStage = {
    rule: 'framing',
    framing: true,
    stage: (event) => {
      if (event.kind !== 'chunk') return [pass(event)]
      return [0, 2].map((from) => {
        const raw = event.bytes.subarray(from, from + 2)
        const own =
          raw[0] === 120 ? { frame: frameOf(Buffer.concat([Buffer.from('!'), raw])), span: 2 } : { frame: frameOf(raw) }
        return pass({ kind: 'frame', at: event.at, offset: event.offset + from, ...own })
      })
    },
  }
  const frameOf = (raw: Uint8Array) => ({ kind: 'opaque', raw, payload: raw }) as const
  const all = (ms: number): NamedStage => ({ rule: 'late', stage: (event) => [{ do: 'wait', ms }, pass(event)] })

  it('records no edit where frames are made of the bytes that came', () => {
    const { push, log, tapped } = playbook([pairs])
    push('abcd')
    expect(log).toEqual(['ab@0', 'cd@0'])
    expect(tapped).toEqual(['in abcd 0', 'sent 2', 'sent 4'])
  })

  it('records the edits of frames that are not', () => {
    const { push, tapped } = playbook([pairs])
    push('abxy')
    expect(tapped).toEqual(['in abxy 0', 'sent 2', 'edit 2 -2 +!xy framing', 'sent 4'])
  })

  it('delays each of them by itself, and that is no edit', () => {
    const { push, log, clock, tapped } = playbook([pairs, all(200)])
    push('abcd')
    clock.advance(200)
    expect(log).toEqual(['ab@200', 'cd@200'])
    expect(tapped).toEqual(['in abcd 0', 'sent 2', 'sent 4'])
  })

  it('says whose doing the loss of a frame is', () => {
    const none: NamedStage = {
      rule: 'drop',
      stage: (event) => (event.kind === 'frame' && event.offset === 0 ? [] : [pass(event)]),
    }
    const { push, tapped } = playbook([pairs, none])
    push('abcd')
    expect(tapped).toEqual(['in abcd 0', 'edit 0 -2 + drop', 'sent 2', 'sent 4'])
  })

  it('may end with the end alone', () => {
    const { pipe, log } = playbook([pairs])
    pipe.end(FIN)
    expect(log).toEqual(['end:fin@0'])
  })
})

describe('Pipe, of bytes of ours', () => {
  it('tells the stages they go past', () => {
    const past: string[] = []
    const hearing = (rule: string, stage: NamedStage['stage']): NamedStage => ({
      rule,
      stage,
      wrote: (bytes) => void past.push(`${rule} ${Buffer.from(bytes).toString()}`),
    })
    const passing: NamedStage['stage'] = (event) => [pass(event)]
    const { pipe, push } = playbook([
      hearing('first', passing),
      hearing('second', (event) => [{ do: 'write', bytes: Buffer.from('w') }, pass(event)]),
      hearing('third', passing),
    ])
    push('a')
    pipe.inject(Buffer.from('i'), 'x')
    expect(past).toEqual(['third w', 'first i', 'second i', 'third i'])
  })

  it('records what is passed twice as one of its own and one of ours', () => {
    const { push, tapped } = playbook([twice])
    push('a')
    expect(tapped).toEqual(['in a 0', 'sent 1', 'edit 1 -0 +a twice'])
  })

  it('may be put in where the outlet says that a message begins', () => {
    expect(playbook().pipe.border).toBe(false)
  })
})
