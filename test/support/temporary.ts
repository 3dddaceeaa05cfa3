import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** An empty folder. `done`: how to hear that it is no longer wanted; by default it is gone when the test is over. A thread that is just ending may still make files in it: removed again then. */
export function temporaryFolder(done: (clean: () => void) => void = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), 'mitmcp-test-'))
  done(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}
