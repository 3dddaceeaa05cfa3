import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** An empty folder. `done`: how to hear that it is no longer wanted; by default it is gone when the test is over. */
export function temporaryFolder(done: (clean: () => void) => void = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), 'mitmcp-test-'))
  done(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
