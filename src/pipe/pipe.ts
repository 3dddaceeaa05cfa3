/** One direction of a connection: chunks in, stages, chunks out, with a tap at both ends. */
import type { Ending } from '../wire/ending.ts'
import type { Action, NamedStage, PipeEvent } from './action.ts'
import { bytesOf } from './action.ts'
import { differenceOf } from './difference.ts'
import type { Outlet, PipeHost } from './pipe-host.ts'
import { type Block, framed, framedAction, sparedOf, type Step, stops } from './step.ts'

export type { Outlet, PipeHost }

const NOTHING = new Uint8Array(0)
const INBOX_BYTES = 64 * 1024

/** Arrival is stamped on push, so a wait of 200 ms on a burst of three sends all three at 200 ms. Order is always kept. */
export class Pipe {
  readonly #host: PipeHost
  readonly #steps: Step[] = []
  #stages: readonly NamedStage[] = []
  #open: boolean
  /** The newest stands at the furthest stage. */
  #blocks: readonly Block[] = []
  #inbox = 0
  #paused = false
  #received = 0
  /** Address up to which every received byte has been given to the outlet, or is recorded as not sent. */
  #given = 0
  /** Address up to which that is also true of what the outlet kept back. */
  #sent = 0
  #lastRule = ''
  /** No stage has seen what was pushed last. */
  #direct = true

  /** `open: false` keeps everything in the inbox until `open()`: the other side is still being dialled. */
  constructor(host: PipeHost, { open = true }: { open?: boolean } = {}) {
    this.#host = host
    this.#open = open
  }

  /** Bytes received and neither sent on nor dropped. */
  get backlog(): number {
    return this.#received - this.#sent
  }

  /** Chunks wait in it, or stages may keep them: what was pushed last is still needed. */
  get waiting(): boolean {
    return this.#steps.length > 0 || (this.#stages.length > 0 && !this.#direct)
  }

  /** A wait or hold that stage asked for is not over. */
  delays(stage: NamedStage): boolean {
    return [...this.#blocks, ...this.#steps.filter(stops)].some(({ by }) => by === stage)
  }

  get received(): number {
    return this.#received
  }

  /** The next byte that leaves begins a message. */
  get border(): boolean {
    return this.#host.outlet.border
  }

  /** Bytes just read. They must not change afterwards. */
  push(bytes: Uint8Array): void {
    const { tap, clock, connection, direction, outlet } = this.#host
    const at = clock.now()
    const offset = this.#received
    const end = offset + bytes.length
    this.#received = end
    const spared = this.#open && this.#steps.length + this.#blocks.length === 0 && sparedOf(bytes, at, this.#stages)
    this.#direct = spared !== false
    if (spared !== false) {
      if (this.#given < offset) this.#drop(offset)
      const border = outlet.border
      outlet.write(bytes, offset, spared === true ? undefined : spared)
      this.#given = end
      const sentTo = end - outlet.held
      const now = clock.now()
      if (this.#sent < offset && sentTo > this.#sent) tap.sent(connection, direction, Math.min(sentTo, offset), now)
      if (sentTo > this.#sent) this.#sent = sentTo
      tap.chunk(connection, direction, bytes, at, sentTo === end ? now : 0, border)
      if (sentTo < end && sentTo > offset) tap.sent(connection, direction, sentTo, now)
      return
    }
    tap.chunk(connection, direction, bytes, at, 0, false)
    this.#inbox += bytes.length
    this.#enqueue({ kind: 'chunk', at, offset, bytes })
    if (this.#inbox > (this.#host.inboxBytes ?? INBOX_BYTES)) this.#pause(true)
  }

  /** The source has ended; comes out behind everything that waits. */
  end(ending: Ending): void {
    const at = this.#host.clock.now()
    for (const { ended } of this.#stages) ended?.()
    if (this.#open && this.#stages.length === 0 && this.#steps.length === 0) this.#finish({ kind: 'end', at, ending })
    else this.#enqueue({ kind: 'end', at, ending })
  }

  /** The other side is there: what waited goes out. */
  open(): void {
    this.#open = true
    this.#run()
  }

  /**
   * From the next event on these stages apply. What is on its way meets those of the old ones that are left. What removed ones held or
   * delayed is let go, in order; what others hold stays held.
   */
  setStages(stages: readonly NamedStage[]): void {
    const old = this.#stages
    const gone = (stage: NamedStage | undefined): boolean => stage !== undefined && !stages.includes(stage)
    const next = (from: number): number => {
      if (from === 0) return 0
      const met = old.findIndex((stage, at) => at >= from && !gone(stage))
      return met === -1 ? stages.length : stages.indexOf(old[met] as NamedStage)
    }
    for (const [at, stage] of old.entries()) {
      if (!gone(stage)) continue
      const released = [...(stage.release?.() ?? [])].map((event) => this.#step(event, at + 1))
      this.#place(released, at)
    }
    const left = this.#steps.splice(0).filter((step) => !(stops(step) && gone(step.by)))
    for (const step of left) this.#steps.push({ ...step, stage: next(step.stage) })
    for (const block of this.#blocks) if (gone(block.by)) block.cancel?.()
    this.#blocks = this.#blocks.filter((block) => !gone(block.by))
    for (const block of this.#blocks) block.stage = next(block.stage)
    this.#stages = stages
    this.#run()
  }

  /** Gives a stage its `tick`, at once; nothing when it is not there (any more). */
  tick(stage: NamedStage, token: unknown): void {
    const at = this.#stages.indexOf(stage)
    if (at === -1) return
    const now = this.#host.clock.now()
    const actions = stage.stage({ kind: 'tick', at: now, token })
    if (actions.length > 0) this.#lastRule = stage.rule
    this.#place(
      actions.map((action) => ({ action, stage: at + 1, at: now, delay: { us: 0 }, rule: stage.rule, by: stage })),
      at,
    )
    // its own place is behind the hold it ends
    for (const action of actions) if (action.do === 'release') this.#letGo(action.until)
    this.#run()
  }

  /** Address of the next byte that will be given to the outlet. */
  get given(): number {
    return this.#given
  }

  /** Bytes of ours, at the outlet's next border: ahead of what waits here. */
  inject(bytes: Uint8Array, rule: string): void {
    this.#goPast(bytes, 0)
    const { outlet } = this.#host
    if (outlet.insert === undefined) this.#insert(bytes, rule)
    else outlet.insert(bytes, rule)
  }

  /** Ends a `hold` of that name. */
  release(hold: string): void {
    this.#letGo(hold)
    this.#run()
  }

  #letGo(hold: string): void {
    this.#blocks = this.#blocks.filter(({ until }) => until !== hold)
  }

  /** The outlet let go of what it had kept back. */
  flushed(): void {
    this.#sentTo(this.#given - this.#host.outlet.held)
  }

  /** Nothing will come out any more. */
  destroy(): void {
    for (const block of this.#blocks) block.cancel?.()
    this.#blocks = []
    this.#steps.length = 0
  }

  #step(event: PipeEvent, stage: number): Step {
    return { event, stage, at: event.at, delay: { us: 0 }, rule: '' }
  }

  #enqueue(event: PipeEvent): void {
    this.#steps.push(this.#step(event, 0))
    if (this.#steps.length === 1) this.#run()
  }

  /** Behind what has passed the stage `at` already, before everything else. */
  #place(steps: readonly Step[], at: number): void {
    const before = this.#steps.findIndex((step) => step.stage <= at)
    this.#steps.splice(before === -1 ? this.#steps.length : before, 0, ...steps)
  }

  #run(): void {
    while (this.#open) {
      if ((this.#steps[0]?.stage ?? -1) <= (this.#blocks.at(-1)?.stage ?? -1)) break
      let step = this.#steps.shift()
      if (step === undefined) break
      // what nothing is done to goes from stage to stage without standing in the queue
      while (step !== undefined) {
        if (step.event !== undefined) step = this.#advance(step, step.event)
        else {
          if (step.action !== undefined) this.#act(step, step.action)
          step = undefined
        }
      }
    }
    if (this.#steps.length === 0 && !this.#stages.some(({ holds }) => holds?.())) {
      for (const { idle } of this.#stages) idle?.()
    }
    if (this.#paused && this.#inbox <= (this.#host.inboxBytes ?? INBOX_BYTES) / 2) this.#pause(false)
  }

  /** Gives what may go on at once. */
  #advance(step: Step, event: PipeEvent): Step | undefined {
    const named = this.#stages[step.stage]
    if (step.stage === 0 && event.kind === 'chunk') this.#inbox -= event.bytes.length
    if (named === undefined) {
      this.#out(event, step.rule)
      return undefined
    }
    const actions = named.stage(event)
    const { at, delay, rule } = step
    const stage = step.stage + 1
    const [first] = actions
    const single = actions.length === 1 && first?.do === 'pass' ? first.event : undefined
    if (named.framing === true) {
      if (single !== undefined) return framed(single, stage, named, rule)
      this.#steps.unshift(...actions.map((action) => framedAction(action, step, named)))
      return undefined
    }
    if (single === event) return { event, stage, at, delay, rule }
    let passed = false
    const steps = actions.map((action) => {
      // the event itself goes on as it came, whatever is done around it; a second time it is one of ours
      const itself = !passed && action.do === 'pass' && action.event === event
      passed ||= itself
      return { action, stage, at, delay, rule: itself ? rule : named.rule, by: named }
    })
    if (!passed) this.#lastRule = named.rule
    this.#steps.unshift(...steps)
    return undefined
  }

  #act(step: Step, action: Action): void {
    switch (action.do) {
      case 'pass':
        this.#steps.unshift({ event: action.event, stage: step.stage, at: step.at, delay: step.delay, rule: step.rule })
        return
      case 'wait': {
        const { clock } = this.#host
        step.delay.us =
          action.since === 'now' ? clock.now() - step.at + action.ms * 1000 : step.delay.us + action.ms * 1000
        const due = step.at + step.delay.us
        if (due <= clock.now()) return
        const block: Block = {
          stage: step.stage,
          by: step.by,
          cancel: clock.at(due, () => {
            this.#blocks = this.#blocks.filter((other) => other !== block)
            this.#run()
          }),
        }
        this.#blocks = [...this.#blocks, block]
        return
      }
      case 'write':
        this.#goPast(action.bytes, step.stage)
        this.#insert(action.bytes, step.rule)
        return
      case 'reply':
        this.#host.reply(action.bytes, step.rule)
        return
      case 'cut':
        this.#host.cut(action.how, action.side, step.rule)
        return
      case 'release':
        this.#letGo(action.until)
        return
      case 'hold':
        this.#blocks = [...this.#blocks, { stage: step.stage, by: step.by, until: action.until }]
    }
  }

  #out(event: PipeEvent, rule: string): void {
    if (event.kind === 'end') return this.#finish(event)
    if (event.kind === 'tick') return
    const bytes = bytesOf(event) ?? NOTHING
    if (event.offset < this.#given) return this.#insert(bytes, rule, event.offset)
    this.#drop(event.offset)
    const { tap, connection, direction, outlet } = this.#host
    if (rule !== '') {
      if (event.kind === 'frame' && event.came !== undefined) return this.#outChanged(event, event.came, rule)
      const span = event.kind === 'frame' ? (event.span ?? bytes.length) : bytes.length
      const removed = Math.min(span, this.#received - event.offset)
      tap.edited(connection, direction, event.offset, removed, bytes, rule)
      this.#given = event.offset + removed
      outlet.write(bytes, -1)
      this.#sentTo(this.#given)
    } else {
      outlet.write(bytes, event.offset)
      this.#given = event.offset + bytes.length
      this.flushed()
    }
  }

  /** Most of it is what was received: only the lines that are not are ours. */
  #outChanged({ offset, frame: { raw } }: Extract<PipeEvent, { kind: 'frame' }>, came: Uint8Array, rule: string): void {
    const { tap, connection, direction, outlet } = this.#host
    const { from, removed, bytes } = differenceOf(came, raw)
    const behind = from + removed
    tap.edited(connection, direction, offset + from, removed, bytes, rule)
    outlet.write(raw.subarray(0, from), offset)
    this.#given = offset + behind
    if (bytes.length > 0) outlet.write(bytes, -1)
    outlet.write(raw.subarray(from + bytes.length), offset + behind)
    this.#given = offset + came.length
    this.flushed()
  }

  /** Tells the stages from `from` on. */
  #goPast(bytes: Uint8Array, from: number): void {
    for (let at = from; at < this.#stages.length; at++) this.#stages[at]?.wrote?.(bytes)
  }

  /** More bytes than were received: made up; or late, or once more, with the address they `came` at. */
  #insert(bytes: Uint8Array, rule: string, came?: number): void {
    const { tap, connection, direction, clock, outlet } = this.#host
    tap.edited(connection, direction, this.#given, 0, bytes, rule, undefined, came, clock.now())
    outlet.write(bytes, -1)
  }

  /** Bytes up to `upTo` that did not come out of the stages were dropped. */
  #drop(upTo: number): void {
    if (upTo <= this.#given) return
    const { tap, connection, direction } = this.#host
    tap.edited(connection, direction, this.#given, upTo - this.#given, NOTHING, this.#lastRule)
    this.#given = upTo
    this.#sentTo(upTo)
  }

  #sentTo(upTo: number): void {
    if (upTo <= this.#sent) return
    this.#sent = upTo
    this.#host.tap.sent(this.#host.connection, this.#host.direction, upTo, this.#host.clock.now())
  }

  #finish(event: Extract<PipeEvent, { kind: 'end' }>): void {
    this.#drop(this.#received)
    this.#host.outlet.flush()
    this.flushed()
    this.#host.ended(event.ending, event.at)
  }

  #pause(stop: boolean): void {
    if (this.#paused === stop) return
    this.#paused = stop
    this.#host.pause(stop)
  }
}
