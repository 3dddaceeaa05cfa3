import { type InstanceFacts, registerInstance } from './instance.ts'
import { openCapture } from './open.ts'

/** That a process has a capture open which it does not record into. */
export interface Presence {
  /** Its row ends. */
  end(): void
}

/** As often as recorders: without a heartbeat for five seconds a process is dead. */
const BEAT_MS = 1000

const now = (): number => Date.now() * 1000

/**
 * Makes this process known to all others on the capture, until it ends, however it ends: a proxy refuses to lead to the page of any
 * of them. Throws as `openCapture`, and what SQLite throws where the file cannot be written.
 */
export function announcePresence(path: string, facts: InstanceFacts): Presence {
  const db = openCapture(path, { readonly: false })
  let id: number
  try {
    id = registerInstance(db, facts, now())
  } catch (error) {
    db.close()
    throw error
  }
  const beat = db.prepare('UPDATE instance SET seen_at = ? WHERE id = ?')
  const end = db.prepare('UPDATE instance SET seen_at = @now, ended_at = @now WHERE id = @id')
  // a capture that is busy or gone is no reason to stop: the next beat tries again
  const attempt = (write: () => void): void => {
    try {
      write()
    } catch {
      return
    }
  }
  const beating = setInterval(() => attempt(() => void beat.run(now(), id)), BEAT_MS)
  beating.unref()
  return {
    end: () => {
      clearInterval(beating)
      attempt(() => void end.run({ now: now(), id }))
      db.close()
    },
  }
}
