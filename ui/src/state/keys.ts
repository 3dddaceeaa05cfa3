import { copyText } from '../parts/copy-button.tsx'
import { announce } from './announce.ts'
import type { App } from './app-state.ts'
import { healAll } from './heal.ts'
import { logText } from './log-text.ts'
import { messageText } from './message-text.ts'
import { tabs } from './route.ts'
import { helpOpen, narrowPane, rawJson } from './settings.ts'
import { routeTo, selectedKey } from './timeline.ts'

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement

/** Asked of the document: the dialog's own `close` event comes a task later. */
const isDialogOpen = () => document.querySelector('dialog[open]') !== null

const focus = (id: string) => document.getElementById(id)?.focus()

/** Moves the selection by rows; without one it begins at the live end. */
function step(app: App, by: number): void {
  const { timeline } = app.traffic
  const key = selectedKey(app.route.value)
  const at = key === null ? timeline.length - (by > 0 ? 1 : 0) : timeline.indexOf(key)
  const stays = by > 0 && (key === null || !timeline.has(key))
  const next = timeline.at(Math.max(0, Math.min(timeline.length - 1, at + (stays ? 0 : by))))
  if (next === undefined) return
  app.traffic.follow(false)
  app.go({ ...routeTo(next), view: 'traffic' })
}

async function edge(app: App, newest: boolean): Promise<void> {
  const { traffic } = app
  if (newest && traffic.hasNewer) await traffic.newest()
  if (!newest && traffic.hasOlder) await traffic.oldest()
  const item = traffic.timeline.at(newest ? traffic.timeline.length - 1 : 0)
  traffic.follow(newest)
  if (item !== undefined) app.go(routeTo(item))
}

function back(app: App): void {
  const list = document.getElementById('frames')
  if (document.activeElement !== null && document.activeElement.closest('.pane-detail') !== null) list?.focus()
  else app.go({ frame: null, log: null })
  narrowPane.value = 'list'
}

async function copyMessage(app: App): Promise<void> {
  const { log } = app.route.value
  const line = log === null ? undefined : app.traffic.logs.window.get(log)
  if (line !== undefined) return void (await copyText(logText(line).text))
  const frame = app.selection.frame.value
  if (frame === null) announce('Select a frame first')
  else await copyText(messageText(frame))
}

const actions: Readonly<Record<string, (app: App) => unknown>> = {
  j: (app) => step(app, 1),
  k: (app) => step(app, -1),
  g: (app) => edge(app, false),
  G: (app) => edge(app, true),
  p: ({ traffic }) => traffic.pause(!traffic.paused.value),
  y: copyMessage,
  J: () => (rawJson.value = !rawJson.value),
  f: (app) => app.go({ view: app.route.value.view === 'faults' ? 'traffic' : 'faults' }, true),
  H: healAll,
  '/': () => focus('filter'),
  '?': () => (helpOpen.value = true),
  Escape: back,
}

/** Keys that mean something only where no control of its own has the focus. */
const onList: Readonly<Record<string, (app: App) => unknown>> = {
  ArrowDown: actions['j']!,
  ArrowUp: actions['k']!,
  Home: actions['g']!,
  End: actions['G']!,
  Enter: () => {
    narrowPane.value = 'detail'
    focus('detail-body')
  },
}

/** Listens for the shortcuts until the signal fires. */
export function startKeys(app: App, ended: AbortSignal): void {
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isDialogOpen()) return
    const target = event.target as HTMLElement
    const free = target === document.body || target.id === 'frames'
    const tab = /^[1-6]$/.test(event.key) ? tabs[Number(event.key) - 1] : undefined
    const action = actions[event.key] ?? (free ? onList[event.key] : undefined)
    if (tab !== undefined) app.go({ tab })
    else if (action !== undefined) void action(app)
    else return
    event.preventDefault()
  }
  addEventListener('keydown', onKey, { signal: ended })
}
