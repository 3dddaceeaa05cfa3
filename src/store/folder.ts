import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder (mode 0700) and those above it; one that is there is left as it is. Throws what the file system says.
 * `mkdirSync` with `recursive` would never come back where a folder that exists answers ENOENT, as /proc does (Node 20).
 */
export function makeFolder(path: string): void {
  const refused = make(path)
  if (refused === undefined) return
  if (refused.code !== 'ENOENT' || dirname(path) === path) throw refused
  makeFolder(dirname(path))
  const again = make(path)
  if (again !== undefined) throw again
}

/** Undefined when the folder is there now, made by us or by another process at the same time. */
function make(path: string): NodeJS.ErrnoException | undefined {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    const refused = error as NodeJS.ErrnoException
    return refused.code === 'EEXIST' ? undefined : refused
  }
  return undefined
}
