import { render } from 'preact'
import { AppGate } from './app.tsx'
import { startTheme } from './state/theme.ts'

const root = document.getElementById('root')
startTheme()
if (root !== null) render(<AppGate />, root)
