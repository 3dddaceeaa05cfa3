import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ProxyError } from '../errors.ts'

/**
 * Replaces a file whole or not at all: written beside it, then renamed. Mode and owner stay; a new file has mode 0600. With `was`, a
 * file that says something else by now is left alone (`CONFIG_INVALID`). The path must not be a link: the link would be replaced.
 */
export const replaceFile = (file: string, bytes: Uint8Array, was?: Uint8Array): void => {
  const beside = join(dirname(file), `.${basename(file)}.${process.pid}.mitmcp`)
  const before = statSync(file, { throwIfNoEntry: false })
  const fd = openSync(beside, 'wx', 0o600)
  try {
    try {
      for (let written = 0; written < bytes.length;) written += writeSync(fd, bytes, written)
      if (before !== undefined) {
        fchmodSync(fd, before.mode & 0o7777)
        keepOwner(fd, before.uid, before.gid)
      }
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    if (was !== undefined && !readFileSync(file).equals(was)) {
      throw new ProxyError('CONFIG_INVALID', `${file} was changed by somebody else meanwhile; nothing was written.`, {
        hint: 'End the client whose file it is, and try again.',
      })
    }
    renameSync(beside, file)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
}

/** Only root may give files away; for anybody else the file is theirs already, or stays readable as it was. */
const keepOwner = (fd: number, uid: number, gid: number): void => {
  try {
    fchownSync(fd, uid, gid)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error
  }
}
