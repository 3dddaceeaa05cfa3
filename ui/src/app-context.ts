import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { App } from './state/app-state.ts'

export const AppContext = createContext<App | null>(null)

/** The page's state; only below `<AppContext.Provider>`. */
export function useApp(): App {
  const app = useContext(AppContext)
  if (app === null) throw new Error('useApp outside of the app')
  return app
}
