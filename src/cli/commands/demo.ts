import { dirname, join } from 'node:path'
import type { Context, Verb } from '../context.ts'
import { startDemo } from '../demo-process.ts'
import { addProxyFlags, type ProxyFlags } from '../proxy-flags.ts'
import { gatherSettings } from '../proxy-settings.ts'
import { serve } from '../serve.ts'

/** `mitmcp demo`: the proxy between a bundled server and a bundled client, on a capture of its own. */
export const demo: Verb = {
  name: 'demo',
  offers: [{ have: 'nothing yet', type: 'demo' }],
  define(program, context, finish) {
    const command = program
      .command('demo')
      .description('try it without a server: a bundled one, with a client that calls it now and then')
    addProxyFlags(command).action(async (flags: ProxyFlags) => finish(await serveDemo(flags, context)))
  },
}

/** Size the demo's capture is kept below. */
const DEMO_BYTES = 64 * 1024 * 1024

/** Runs the demo until a signal. Its capture is `demo.db` beside the usual one, unless `--db` names another. */
export const serveDemo = async (flags: ProxyFlags, context: Context): Promise<number> => {
  const { settings, remarks } = await gatherSettings(flags, context.env)
  const db = flags.db ?? (await demoCapture(context))
  // so that trying it often does not fill a disk
  const maxSize = settings.maxSize ?? (flags.db === undefined ? DEMO_BYTES : Infinity)
  const process = await startDemo()
  try {
    return await serve(
      {
        settings: { ...settings, db, maxSize, target: process.url },
        remarks,
        json: flags.json === true,
        quiet: flags.quiet === true,
        ownDb: true,
        demo: (proxy) => process.connect(proxy.url),
        leave: () => process.stop(),
      },
      context,
    )
  } finally {
    await process.stop()
  }
}

const demoCapture = async ({ env }: Context): Promise<string> => {
  const { defaultCapturePath } = await import('../../store/open.ts')
  return join(dirname(defaultCapturePath(env, globalThis.process.platform)), 'demo.db')
}
