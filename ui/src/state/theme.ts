import { signal } from '@preact/signals'

/** `system` follows `prefers-color-scheme`. */
export type Theme = 'system' | 'light' | 'dark'

const key = 'mitmcp.theme'

const stored = (): Theme => {
  try {
    const text = localStorage.getItem(key)
    return text === 'light' || text === 'dark' ? text : 'system'
  } catch {
    return 'system'
  }
}

export const theme = signal<Theme>('system')

export function setTheme(next: Theme): void {
  theme.value = next
  if (next === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = next
  try {
    localStorage.setItem(key, next)
  } catch {
    // Storage may be closed to us (private window): the choice then lasts as long as the page.
  }
}

export const startTheme = (): void => setTheme(stored())
