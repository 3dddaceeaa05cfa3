import { useApp } from '../app-context.ts'
import { helpOpen } from '../state/settings.ts'
import { setTheme, theme, type Theme } from '../state/theme.ts'
import { views } from '../views/index.ts'
import { CopyButton } from './copy-button.tsx'
import { HealPill } from './heal-pill.tsx'
import { Icon, Logo, type IconName } from './icon.tsx'

export function TopBar({ view }: { view: string }) {
  const { route, go } = useApp()
  return (
    <header class="top-bar">
      <h1 class="brand">
        <Logo />
        <span>mitmcp</span>
      </h1>
      <nav class="view-switch" aria-label="Views">
        {views.map(({ id, title }) => (
          <button
            key={id}
            class="view-tab"
            aria-current={id === view ? 'page' : undefined}
            onClick={() => go({ view: id, frame: route.value.frame }, true)}
          >
            {title}
          </button>
        ))}
      </nav>
      <Line />
      <div class="top-actions">
        <HealPill />
        <PauseButton />
        <ThemeButton />
        <button
          class="icon-button"
          aria-label="Keyboard shortcuts"
          title="Keyboard shortcuts  ?"
          onClick={() => (helpOpen.value = true)}
        >
          <Icon name="help" size={16} />
        </button>
      </div>
    </header>
  )
}

/** Where clients connect, and where it goes from there. */
function Line() {
  const { status } = useApp()
  const { proxyUrl = null, target = null, servers = [] } = status.value ?? {}
  if (proxyUrl === null) return <div class="line" />
  if (servers.length > 1) {
    const names = servers.map(({ name }) => name).join(', ')
    return (
      <div class="line">
        <span class="line-url" title={`In front of ${names}; their URLs are under Connect`}>
          {servers.length} servers: {names}
        </span>
      </div>
    )
  }
  return (
    <div class="line">
      <span class="line-url mono" title={`Clients connect to ${proxyUrl}`}>
        {proxyUrl}
      </span>
      <CopyButton text={proxyUrl} label="Copy the URL for clients" small />
      {target !== null && (
        <span class="line-target" title={`and are passed on to ${target}`}>
          <Icon name="right" />
          <span class="mono">{target}</span>
        </span>
      )}
    </div>
  )
}

function PauseButton() {
  const { traffic } = useApp()
  const paused = traffic.paused.value
  return (
    <button
      class={`button quiet ${paused ? 'is-paused' : ''}`}
      aria-pressed={paused}
      title="Hold the list still; recording goes on  p"
      onClick={() => traffic.pause(!paused)}
    >
      <Icon name={paused ? 'play' : 'pause'} />
      <span>{paused ? 'Resume' : 'Pause'}</span>
    </button>
  )
}

const next: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' }
const themeIcon: Record<Theme, IconName> = { system: 'auto', light: 'sun', dark: 'moon' }
const themeName: Record<Theme, string> = { system: 'as the system', light: 'light', dark: 'dark' }

function ThemeButton() {
  const label = `Colours: ${themeName[theme.value]}. Switch to ${themeName[next[theme.value]]}`
  return (
    <button class="icon-button" aria-label={label} title={label} onClick={() => setTheme(next[theme.value])}>
      <Icon name={themeIcon[theme.value]} size={16} />
    </button>
  )
}
