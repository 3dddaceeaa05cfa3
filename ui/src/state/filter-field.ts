import { batch, computed, signal, type ReadonlySignal } from '@preact/signals'
import type { FilterReading } from '../../../src/api/contract.ts'
import { createFilterReader, type FilterReaderOptions } from './filter-reader.ts'

/** What a filter is written with. */
export interface FilterField {
  readonly text: ReadonlySignal<string>
  /** Where the cursor has to go after something was put in; null leaves it. */
  readonly cursor: ReadonlySignal<number | null>
  readonly problem: ReadonlySignal<FilterReading['problem']>
  readonly candidates: ReadonlySignal<readonly Candidate[]>
  /** Candidates are shown. */
  readonly open: ReadonlySignal<boolean>
  /** Which candidate is chosen. */
  readonly active: ReadonlySignal<number | null>
  /** The filter in force, from elsewhere: the address, the back button. */
  show(text: string): void
  /** What was typed, and where the cursor is. */
  type(text: string, cursor: number | null): void
  /** Shows what could stand at the cursor. */
  offer(cursor: number | null): void
  move(by: number): void
  accept(at: number): void
  close(): void
  clear(): void
  /** Puts it in force without waiting, if it holds. */
  commit(): void
}

type Candidate = NonNullable<FilterReading['completion']>['candidates'][number]

export interface FilterFieldOptions extends Omit<FilterReaderOptions, 'onReading'> {
  readonly commit: (text: string) => void
}

/** The list follows what is typed as soon as that holds; while it does not, it stays as it was. */
export function createFilterField({ ask, commit, wait }: FilterFieldOptions): FilterField {
  const { text, cursor, reading, offered, active, candidates, isOfText, onReading, put, forget } = fieldState()
  const { read, later } = createFilterReader({ ask, onReading, wait })
  let inForce = ''

  const force = (next: string) => {
    inForce = next.trim()
    commit(inForce)
  }
  const readAndForce = async (at: number | null) => {
    const asked = text.value
    if (await read(asked, at)) force(asked)
  }
  return {
    text,
    cursor,
    problem: computed(() => reading.value?.problem ?? null),
    candidates,
    open: computed(() => offered.value && candidates.value.length > 0),
    active,
    show: (next) => {
      // only what came from elsewhere: one's own, come back, would undo what was typed since
      if (next === inForce) return
      inForce = next
      put(next, null, false)
      void read(next, null)
    },
    type: (next, at) => {
      put(next, null, true)
      later(() => void readAndForce(at))
    },
    offer: (at) => {
      offered.value = true
      void read(text.value, at)
    },
    move: (by) => {
      if (isOfText()) active.value = moved(active.value, by, candidates.value.length)
    },
    accept: (at) => {
      const accepted = isOfText() ? withCandidate(text.value, reading.value?.completion, at) : null
      if (accepted === null) return
      put(accepted.text, accepted.cursor, accepted.goesOn)
      forget()
      void readAndForce(accepted.cursor)
    },
    close: () => void (offered.value = false),
    clear: () => {
      put('', null, false)
      void read('', null)
      force('')
    },
    commit: () => {
      offered.value = false
      void readAndForce(null)
    },
  }
}

/** What the field shows. */
function fieldState() {
  const text = signal('')
  const cursor = signal<number | null>(null)
  const reading = signal<FilterReading | null>(null)
  const offered = signal(false)
  const active = signal<number | null>(null)
  let readText = ''
  return {
    text,
    cursor,
    reading,
    offered,
    active,
    candidates: computed(() => reading.value?.completion?.candidates ?? []),
    /** What is offered is meant for the text as it is, not for what stood there before. */
    isOfText: () => readText === text.value,
    /** Nothing is offered until the next answer. */
    forget: () => void (reading.value = reading.value && { ...reading.value, completion: null }),
    onReading: (answer: FilterReading, asked: string) =>
      batch(() => {
        readText = asked
        reading.value = answer
        active.value = null
      }),
    put: (next: string, at: number | null, shown: boolean) =>
      batch(() => {
        text.value = next
        cursor.value = at
        offered.value = shown
        active.value = null
      }),
  }
}

/** Round and round; from none to the first or the last. */
function moved(active: number | null, by: number, length: number): number {
  if (active === null) return by > 0 ? 0 : length - 1
  return (active + by + length) % length
}

/** The text with a candidate in its place: behind a key its value goes on, behind a value the next term. */
function withCandidate(text: string, completion: FilterReading['completion'] | undefined, at: number) {
  const candidate = completion?.candidates[at]
  if (completion == null || candidate === undefined) return null
  const goesOn = candidate.text.endsWith(':')
  const rest = text.slice(completion.to)
  const gap = goesOn || /^[\s|)]/.test(rest) ? '' : ' '
  const before = text.slice(0, completion.from) + candidate.text + gap
  return { text: before + rest, cursor: before.length, goesOn }
}
