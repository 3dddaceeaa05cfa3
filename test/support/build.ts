import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Set once it is built: each project of one run asks for it. */
const BUILT = Symbol.for('mitmcp tests: built')

/** Worker threads load from `dist/`, so it has to be as new as `src/` before any test runs. */
export default function setup(): void {
  const state = globalThis as { [BUILT]?: true }
  if (state[BUILT] === true) return
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const built = spawnSync(process.execPath, ['config/tools/build.mjs'], { cwd: root, encoding: 'utf8' })
  if (built.status !== 0) throw new Error(`build failed:\n${built.stdout}${built.stderr}`)
  state[BUILT] = true
}
