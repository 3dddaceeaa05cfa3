import { errorOf } from '../api/client.ts'
import { announce } from './announce.ts'

/** Does it and says so; where it fails, says that. Gives whether it went well. */
export async function settle(work: Promise<unknown>, done: string | null): Promise<boolean> {
  try {
    await work
    if (done !== null) announce(done)
    return true
  } catch (cause) {
    const { message, hint } = errorOf(cause)
    announce(`${message} ${hint}`.trim())
    return false
  }
}
