import { existsSync } from 'node:fs'
import { InvalidArgumentError } from 'commander'
import { isBare, parseBytes, parseDuration } from '../../faults/values.ts'
import { ProxyError } from '../../errors.ts'
import { addCaptureFlags, capturePath, type CaptureFlags } from '../capture.ts'
import { EXIT, type Context, type Verb } from '../context.ts'
import { bytesText, countText } from '../units.ts'

interface PruneFlags extends CaptureFlags {
  maxSize?: number
  maxAge?: number
  session?: readonly string[]
  dryRun?: true
}

const size = (text: string): number => {
  const bytes = parseBytes(text)
  if (bytes === undefined || isBare(text)) throw new InvalidArgumentError('Write it as 500mb or 2gb.')
  return bytes
}

const age = (text: string): number => {
  const ms = parseDuration(text)
  if (ms === undefined) throw new InvalidArgumentError('Write it as 12h, 7d or 2w.')
  return ms
}

const session = (text: string, ids: readonly string[] | undefined): readonly string[] => [...(ids ?? []), text]

/** `mitmcp prune`: makes a capture smaller, oldest sessions first, never a running one. */
export const prune: Verb = {
  name: 'prune',
  offers: [{ have: 'a capture that grew too large', type: 'prune --max-size 500mb' }],
  define(program, context, finish) {
    const command = program.command('prune').description('remove the oldest sessions of a capture; running ones stay')
    addCaptureFlags(command)
      .option('--max-size <size>', 'until the capture needs at most this much, e.g. 500mb', size)
      .option('--max-age <span>', 'all that were last active longer ago than this, e.g. 7d', age)
      .option('--session <id>', 'this one, whatever its age; repeatable', session)
      .option('--dry-run', 'only say what would go')
      .action(async (flags: PruneFlags) => finish(await makeRoom(flags, context)))
  },
}

const makeRoom = async (flags: PruneFlags, context: Context): Promise<number> => {
  const { output, command } = context
  if (flags.maxSize === undefined && flags.maxAge === undefined && flags.session === undefined) {
    throw new ProxyError('OPTION_INVALID', 'Say what may go: --max-size, --max-age or --session.', {
      hint: `For example: ${command} prune --max-size 500mb --max-age 7d --dry-run`,
    })
  }
  const { path, named } = await capturePath(flags, context)
  if (!named && !existsSync(path)) {
    output.note('Nothing is recorded yet, so there is nothing to remove.')
    return EXIT.ok
  }
  const { prune: pruneCapture } = await import('../../store/prune.ts')
  const report = pruneCapture(path, {
    now: context.now(),
    ...(flags.maxSize === undefined ? {} : { maxBytes: flags.maxSize }),
    ...(flags.maxAge === undefined ? {} : { maxAgeMs: flags.maxAge }),
    ...(flags.session === undefined ? {} : { sessions: flags.session }),
    ...(flags.dryRun ? { dryRun: true } : {}),
  })
  if (flags.json) output.json({ path, dryRun: flags.dryRun === true, ...report })
  else {
    const [gone, is] = flags.dryRun ? ['would go', 'would be'] : ['removed', 'is']
    const freed = `${bytesText(report.freedBytes)} freed`
    output.line(
      `${countText(report.sessions.length, 'session')} ${gone}, ${freed}; the capture ${is} ${bytesText(report.sizeBytes)} now.`,
    )
    if (report.spared.length > 0) output.line(`Still running, so kept: ${report.spared.join(', ')}`)
  }
  return EXIT.ok
}
