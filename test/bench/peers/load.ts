/** The load generator, a process of its own: raw sockets, answers counted, nothing kept. Argument: a `Load` as JSON; prints its result. */
import { callLoad } from '../load/calls.ts'
import { eventLoad } from '../load/events.ts'
import { bodyLoad } from '../load/body.ts'
import { idleLoad } from '../load/idle.ts'
import { socketLoad } from '../load/sockets.ts'
import type { Load } from '../load/load.ts'

const run = (load: Load): Promise<object> => {
  switch (load.mode) {
    case 'calls':
      return callLoad(load)
    case 'sockets':
      return socketLoad(load)
    case 'events':
      return eventLoad(load)
    case 'body':
      return bodyLoad(load)
    case 'idle':
      return idleLoad(load)
  }
}

const result = await run(JSON.parse(process.argv[2]!) as Load)
process.stdout.write(`${JSON.stringify(result)}\n`)
process.exit(0)
