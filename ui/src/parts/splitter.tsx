import { useState } from 'preact/hooks'

const bounds = { sessions: [200, 420, 280], detail: [320, 1000, 480] } as const

/** A bar between panes: dragged, or moved with the arrow keys. Its width is a custom property of the root. */
export function Splitter({ name, label }: { name: keyof typeof bounds; label: string }) {
  const [least, most, initial] = bounds[name]
  const [width, setWidth] = useState<number>(initial)
  const sign = name === 'sessions' ? 1 : -1
  const move = (next: number) => {
    const bounded = Math.round(Math.max(least, Math.min(most, next)))
    setWidth(bounded)
    document.documentElement.style.setProperty(`--${name}-width`, `${bounded}px`)
  }
  const onPointerDown = (event: PointerEvent) => {
    const bar = event.currentTarget as HTMLElement
    const from = bar.parentElement?.getBoundingClientRect().width ?? width
    const startX = event.clientX
    bar.setPointerCapture(event.pointerId)
    const onMove = (moved: PointerEvent) => move(from + sign * (moved.clientX - startX))
    bar.addEventListener('pointermove', onMove)
    bar.addEventListener('lostpointercapture', () => bar.removeEventListener('pointermove', onMove), { once: true })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 16 : event.key === 'ArrowLeft' ? -16 : 0
    if (step === 0) return
    event.preventDefault()
    move(width + sign * step)
  }
  return (
    <div
      class={`splitter of-${name}`}
      role="separator"
      tabindex={0}
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={least}
      aria-valuemax={most}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
      onDblClick={() => move(initial)}
    />
  )
}
