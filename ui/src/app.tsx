import { useEffect, useState } from 'preact/hooks'
import type { ApiError } from '../../src/api/contract.ts'
import { AppContext, useApp } from './app-context.ts'
import { HelpDialog } from './parts/help-dialog.tsx'
import { StatusBar } from './parts/status-bar.tsx'
import { TopBar } from './parts/top-bar.tsx'
import { startApp, type App } from './state/app-state.ts'
import { startKeys } from './state/keys.ts'
import { tokenFromHash } from './state/token.ts'
import { views } from './views/index.ts'
import { Locked } from './views/locked.tsx'

/** Takes the token out of the address bar, so that it is in no history, screenshot or shared link. */
function takeToken(): string | null {
  const { token, rest } = tokenFromHash(location.hash)
  if (token !== null) history.replaceState(null, '', `${location.pathname}${location.search}${rest}`)
  return token
}

/** The page once it has a token, else the one that asks for it. The token lives in this state and nowhere else. */
export function AppGate() {
  const [token, setToken] = useState(takeToken)
  const [refused, setRefused] = useState<ApiError | null>(null)
  const [app, setApp] = useState<App | null>(null)

  useEffect(() => {
    const onHash = () => setToken((old) => takeToken() ?? old)
    addEventListener('hashchange', onHash)
    return () => removeEventListener('hashchange', onHash)
  }, [])

  useEffect(() => {
    if (token === null) return
    const ended = new AbortController()
    const started = startApp(token, (error) => (setRefused(error), setToken(null)), ended.signal)
    startKeys(started, ended.signal)
    setRefused(null)
    setApp(started)
    return () => {
      ended.abort()
      setApp(null)
    }
  }, [token])

  if (token === null) return <Locked refused={refused} onToken={setToken} />
  if (app === null) return null
  return (
    <AppContext.Provider value={app}>
      <Page />
    </AppContext.Provider>
  )
}

function Page() {
  const { route, status } = useApp()
  const servers = status.value?.servers ?? []
  const target = servers.length > 1 ? `${servers.length} servers` : (status.value?.target ?? null)
  useEffect(() => {
    document.title = target === null ? 'mitmcp' : `${target.replace(/^https?:\/\//, '')} · mitmcp`
  }, [target])
  const view = views.find(({ id }) => id === route.value.view) ?? views[0]!
  return (
    <div class="page">
      <TopBar view={view.id} />
      <view.Body />
      <StatusBar />
      <HelpDialog />
    </div>
  )
}
