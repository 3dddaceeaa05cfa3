/**
 * The views of the page, in the order of the switcher. A view is one file here and one line below.
 * @module
 */
import type { FunctionComponent } from 'preact'
import { Connect } from './connect.tsx'
import { Faults } from './faults.tsx'
import { Traffic } from './traffic.tsx'

export interface View {
  /** As in the address bar: `?view=…`. */
  readonly id: string
  readonly title: string
  readonly Body: FunctionComponent
}

export const views: readonly View[] = [
  { id: 'traffic', title: 'Traffic', Body: Traffic },
  { id: 'faults', title: 'Faults', Body: Faults },
  { id: 'connect', title: 'Connect', Body: Connect },
]
