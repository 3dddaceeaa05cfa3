import { signal } from '@preact/signals'

/** How the list writes its times. */
export const timeMode = signal<'clock' | 'offset'>('clock')

/** JSON as a tree, or as it came. */
export const rawJson = signal(false)

/** The pane in front where only one fits. */
export const narrowPane = signal<'sessions' | 'list' | 'detail'>('list')

export const helpOpen = signal(false)
