/** Outlines on a 16 by 16 grid; drawn in the colour of the text. */
const shapes = {
  right: 'M2.5 8h10M9 4.5 12.5 8 9 11.5',
  left: 'M13.5 8h-10M7 4.5 3.5 8 7 11.5',
  check: 'M3.5 8.5 6.5 11.5 12.5 5',
  cross: 'M4.5 4.5l7 7M11.5 4.5l-7 7',
  clock: 'M8 4.5V8l2.5 1.5M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Z',
  warn: 'M8 6v3.5M8 11.7v.1M8 2.2 14.3 13H1.7L8 2.2Z',
  stop: 'M4 8h8',
  copy: 'M6 5.5h7v8H6zM3.5 10.5V2.5h6.5',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.7 10.7 14 14',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3.5v9l7.5-4.5L5 3.5Z',
  down: 'M8 3v10M4 9l4 4 4-4',
  chevron: 'M6 4l4 4-4 4',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M12.6 3.4l-.7.7M4.1 11.9l-.7.7',
  moon: 'M13.5 9.5A5.8 5.8 0 0 1 6.5 2.5a5.8 5.8 0 1 0 7 7Z',
  auto: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 2v12M8 5h4.9M8 8h6M8 11h4.9',
  help: 'M5.8 6a2.3 2.3 0 1 1 3.3 2.1c-.8.4-1.1.8-1.1 1.6M8 12v.1',
  terminal: 'M3 4.5 6.5 8 3 11.5M8 12h5',
  note: 'M8 7.5V11M8 4.8v.1M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Z',
  layers: 'M8 2 14 5.2 8 8.4 2 5.2 8 2ZM2 8.2l6 3.2 6-3.2M2 11.1l6 3.2 6-3.2',
  bolt: 'M9 1.8 3.2 9.2h4L7 14.2l5.8-7.4h-4L9 1.8Z',
  heal: 'M8 13.5C3.5 10.3 2 8.2 2 5.9a3 3 0 0 1 6-.6 3 3 0 0 1 6 .6c0 2.3-1.5 4.4-6 7.6ZM5 7.5h1.6l1-1.8 1.2 3 .8-1.2H11',
  plus: 'M8 3v10M3 8h10',
  cut: 'M3 3.5l9 7M3 12.5l9-7M3.2 5.4a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4ZM3.2 14a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4Z',
  resume: 'M12.5 8A4.5 4.5 0 1 1 10.8 4.5M11.5 1.8l-.5 3-3-.4',
  bin: 'M3 4.5h10M6.5 4.5V2.8h3v1.7M4.4 4.5l.6 8.7h6l.6-8.7',
  edit: 'M3 13l.7-3L10.5 3.2l2.3 2.3L6 12.3 3 13Z',
  hand: 'M5.5 8V3.8a1 1 0 0 1 2 0V7m0-3.6a1 1 0 0 1 2 0V7m0-2.6a1 1 0 0 1 2 0V10a4 4 0 0 1-4 4c-2 0-2.6-.8-3.4-2L2.7 9.6a1 1 0 0 1 1.6-1.2L5.5 9.8',
  list: 'M3 4h10M3 8h10M3 12h6',
} as const

export type IconName = keyof typeof shapes

/** Decoration: what it means stands beside it as text or label. */
export function Icon({ name, size = 14 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={shapes[name]} />
    </svg>
  )
}

export function Logo() {
  return (
    <svg class="logo" width="20" height="20" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect class="logo-ground" width="32" height="32" rx="8" />
      <path class="logo-arrows" d="M7 12h13m0 0-4-4m4 4-4 4M25 20H12m0 0 4-4m-4 4 4 4" />
    </svg>
  )
}
