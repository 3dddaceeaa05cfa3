/**
 * The commands, in the order of the help: one file each, one line here, one test. A command's file must be cheap to import; what is
 * heavy is imported when it runs.
 * @module
 */
import type { Verb } from '../context.ts'
import { ca } from './ca.ts'
import { configVerb } from './config.ts'
import { demo } from './demo.ts'
import { explain } from './explain.ts'
import { fault } from './fault.ts'
import { forward } from './forward.ts'
import { ls } from './ls.ts'
import { proxyVerb } from './proxy.ts'
import { prune } from './prune.ts'
import { run } from './run.ts'
import { show } from './show.ts'
import { start } from './start.ts'
import { stdio } from './stdio.ts'
import { tail } from './tail.ts'
import { ui } from './ui.ts'
import { unwrap, wrap } from './wrap.ts'

export const verbs: readonly Verb[] = [
  demo,
  proxyVerb,
  stdio,
  run,
  forward,
  tail,
  ls,
  show,
  fault,
  explain,
  ui,
  prune,
  wrap,
  unwrap,
  ca,
  configVerb,
  start,
]
