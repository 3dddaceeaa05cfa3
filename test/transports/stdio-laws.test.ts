import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { openReader } from '../../src/store/reader.ts'
import { lives, start, type Way } from '../support/stdio-pair.ts'
import { temporaryFolder } from '../support/temporary.ts'

const ways: readonly Way[] = ['direct', 'wrapped']
const ECHO = 'process.stdin.pipe(process.stdout)'
const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** What happens both ways, which is to be the same. */
async function alike<Seen>(run: (way: Way) => Promise<Seen>): Promise<Seen> {
  const direct = await run('direct')
  expect(await run('wrapped')).toEqual(direct)
  return direct
}

describe('law 24: everything written is delivered, unchanged', () => {
  test.each([
    ['is not UTF-8', Buffer.from([0xff, 0xfe, 0, 0x0a, 0xc3, 0x28, 0x0a])],
    ['is no JSON', Buffer.from('hello\r\n\n\n world\n')],
    ['has no final newline', Buffer.from('{"jsonrpc":"2.0"}\n{"half":')],
    ['is a line of 64 MiB', Buffer.concat([Buffer.alloc(64 * 1024 * 1024, 'x'), Buffer.from('\n')])],
  ])('what %s', async (_, bytes) => {
    const seen = await alike(async (way) => {
      const peer = start(way, ECHO)
      peer.child.stdin.end(bytes)
      const [code] = await peer.closed
      return { code, hash: hash(peer.out()), err: peer.err().toString() }
    })
    expect(seen).toEqual({ code: 0, hash: hash(bytes), err: '' })
  })

  test('the first byte before the line is whole', async () => {
    for (const way of ways) {
      const peer = start(way, ECHO)
      peer.child.stdin.write('{"jsonrpc"')
      await peer.until('{"jsonrpc"')
      peer.child.stdin.end()
      expect(await peer.closed).toEqual([0, null])
    }
  })

  test('large answers both ways at once do not dead-lock', async () => {
    const size = 16 * 1024 * 1024
    const server = `let n = 0; process.stdout.write(Buffer.alloc(${size}, 'y')); process.stdin.on('data', b => n += b.length)
      .on('end', () => process.stderr.write(String(n)))`
    const seen = await alike(async (way) => {
      const peer = start(way, server, { read: false })
      // all is written before anything is read
      await new Promise<void>((resolve) => peer.child.stdin.end(Buffer.alloc(size, 'x'), () => resolve()))
      let bytes = 0
      for await (const chunk of peer.child.stdout) bytes += (chunk as Buffer).length
      await peer.closed
      return { bytes, err: peer.err().toString() }
    })
    expect(seen).toEqual({ bytes: size, err: String(size) })
  })

  test('a reader that does not read slows the writer', async () => {
    const server = `let n = 0; const b = Buffer.alloc(65536); const go = () => { while (process.stdout.write(b)) n += 65536; n += 65536
      process.stderr.write(n + '\\n') }; process.stdout.on('drain', go); go()`
    for (const way of ways) {
      const peer = start(way, server, { read: false })
      let said = -1
      await vi.waitFor(
        () => {
          const now = peer.err().length
          const still = now === said && now > 0
          said = now
          expect(still).toBe(true)
        },
        { timeout: 8000, interval: 400 },
      )
      expect(Number(peer.err().toString().trim().split('\n').at(-1))).toBeLessThan(4 * 1024 * 1024)
      peer.child.kill('SIGKILL')
    }
  })
})

describe('law 25: stderr, exit code, signals, and the ends of the streams are as direct', () => {
  test('stderr passes untouched, a flood of it too', async () => {
    const noise = randomBytes(1024 * 1024).toString('base64')
    const script = join(temporaryFolder(), 'noise.cjs')
    writeFileSync(
      script,
      `for (let k = 0; k < 8; k++) process.stderr.write(${JSON.stringify(noise)}); process.stdout.write('done')`,
    )
    const seen = await alike(async (way) => {
      const peer = start(way, [process.execPath, script])
      await peer.closed
      return { out: peer.out().toString(), err: hash(peer.err()) }
    })
    expect(seen).toEqual({ out: 'done', err: hash(Buffer.from(noise.repeat(8))) })
  })

  test.each([0, 1, 3, 255])('exit code %i', async (code) => {
    const seen = await alike((way) => start(way, `process.stdout.write('x', () => process.exit(${code}))`).closed)
    expect(seen).toEqual([code, null])
  })

  test.each(['SIGTERM', 'SIGKILL', 'SIGABRT', 'SIGSEGV'])('a server that dies of %s', async (signal) => {
    const server = ['/bin/sh', '-c', `ulimit -c 0; echo x; kill -${signal.slice(3)} $$`]
    expect(await alike((way) => start(way, server).closed)).toEqual([null, signal])
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s is the server’s to heed or not', async (signal) => {
    const deaf = `process.on('${signal}', () => process.stdout.write('heard', () => process.exit(9))); process.stdin.resume(); console.log('up')`
    const heeding = await alike(async (way) => {
      const peer = start(way, deaf)
      await peer.until('up\n')
      peer.child.kill(signal)
      return [await peer.closed, peer.out().toString()]
    })
    expect(heeding).toEqual([[9, null], 'up\nheard'])
    const dying = await alike(async (way) => {
      const peer = start(way, `process.stdin.resume(); console.log('up')`)
      await peer.until('up\n')
      peer.child.kill(signal)
      return peer.closed
    })
    expect(dying).toEqual([null, signal])
  })

  test('the end of the input is the server’s', async () => {
    const server = `process.stdin.on('end', () => setTimeout(() => { process.stdout.write('bye'); process.exitCode = 4 }, 50)).resume()`
    const seen = await alike(async (way) => {
      const peer = start(way, server)
      peer.child.stdin.end()
      return [await peer.closed, peer.out().toString()]
    })
    expect(seen).toEqual([[4, null], 'bye'])
  })

  test('a server that closes its output and lives on', async () => {
    const server = ['/bin/sh', '-c', 'echo x; exec >&-; read line; exit 5']
    for (const way of ways) {
      const peer = start(way, server)
      await once(peer.child.stdout, 'end')
      expect(peer.child.exitCode).toBeNull()
      peer.child.stdin.end('go\n')
      expect(await peer.closed).toEqual([5, null])
      expect(peer.out().toString()).toBe('x\n')
    }
  })

  test('a client that closes the output is told of to the server', async () => {
    const server = `process.stdout.on('error', ({ code }) => { process.stderr.write(code); process.exit(6) })
      setInterval(() => process.stdout.write('x'.repeat(100)), 5)`
    const seen = await alike(async (way) => {
      const peer = start(way, server)
      await peer.until(1)
      peer.child.stdout.destroy()
      return [await peer.exited, peer.err().toString()]
    })
    expect(seen[0]).toEqual([6, null])
  })

  test('a server that exits by itself leaves nothing of its output behind', async () => {
    const server = `require('fs').writeSync(1, 'x'.repeat(60000)); process.exit(2)`
    expect(
      await alike(async (way) => {
        const peer = start(way, server)
        return [await peer.closed, peer.out().length]
      }),
    ).toEqual([[2, null], 60_000])
  })

  test('a process that the server leaves behind keeps the output, and does not keep us', async () => {
    const server = ['/bin/sh', '-c', '(read -r line </dev/null; sleep 1; echo late; echo lost >&2) & echo now; exit 3']
    for (const way of ways) {
      const peer = start(way, server)
      expect(await peer.exited).toEqual([3, null])
      expect(peer.out().toString()).not.toContain('late')
      await peer.closed
      expect(peer.out().toString()).toBe('now\nlate\n')
      expect(peer.err().toString()).toBe('lost\n')
    }
  })

  test('killed, it leaves no orphan, whatever the server heeds', async () => {
    const deaf = `process.on('SIGTERM', () => {}); process.stdin.on('end', () => {}).resume(); setInterval(() => {}, 1000); console.log(process.pid)`
    for (const way of ways) {
      const peer = start(way, deaf)
      await peer.until('\n')
      const pid = Number(peer.out().toString())
      expect(await lives(pid)).toBe(true)
      peer.child.kill('SIGKILL')
      expect(await peer.exited).toEqual([null, 'SIGKILL'])
      await vi.waitFor(async () => expect(await lives(pid)).toBe(false), { timeout: 5000 })
    }
  })

  test('folder, arguments and environment are what they are', async () => {
    const script = join(temporaryFolder(), 'tell.cjs')
    const kept = `JSON.stringify([process.argv.slice(2), process.cwd(), Object.entries(process.env).sort()])`
    writeFileSync(script, `process.stdout.write(${kept})`)
    const args = ['', '--name', 'a b', '$HOME', '*', "'", '"', '--', 'é\n']
    const [given] = (await alike(async (way) => {
      const peer = start(way, [process.execPath, script, ...args], {
        env: { MCP_PORT: 'x', MITMCP_PORT: 'y', EMPTY: '' },
      })
      await peer.closed
      return JSON.parse(peer.out().toString()) as unknown
    })) as [string[]]
    expect(given).toEqual(args)
  })
})

describe('law 26: nothing of ours reaches stdout, and no capture is no reason to fail', () => {
  test.each([
    [
      'in a folder that is a file',
      (folder: string) => {
        writeFileSync(join(folder, 'file'), '')
        return join(folder, 'file', 'capture.db')
      },
    ],
    [
      'that is no capture',
      (folder: string) => {
        const path = join(folder, 'capture.db')
        writeFileSync(path, 'no database at all, but long enough to be looked at')
        return path
      },
    ],
    [
      'that is a folder',
      (folder: string) => {
        const path = join(folder, 'capture.db')
        mkdirSync(path)
        return path
      },
    ],
  ])('a capture %s', async (_, make) => {
    const peer = start('wrapped', ECHO, { db: make(temporaryFolder()) })
    await vi.waitFor(() => expect(peer.err().toString()).toContain('does not record'), { timeout: 8000 })
    peer.child.stdin.end('hello\n')
    expect(await peer.closed).toEqual([0, null])
    expect(peer.out().toString()).toBe('hello\n')
    expect(
      peer
        .err()
        .toString()
        .match(/does not record/g),
    ).toHaveLength(1)
  })

  test.each([
    ['a flag that is none', ['--nane', 'x'], ['node'], 2, 'OPTION_INVALID'],
    ['no command', [], [], 2, 'OPTION_INVALID'],
    ['a command that is not there', [], ['no-such-command'], 127, 'COMMAND_NOT_FOUND'],
    ['a path that is not there', [], ['./no/such/path'], 127, 'COMMAND_NOT_FOUND'],
    ['a file that cannot be run', [], ['package.json'.padStart(14, './')], 126, 'COMMAND_NOT_EXECUTABLE'],
    ['a folder', [], ['/tmp'], 126, 'COMMAND_NOT_EXECUTABLE'],
    ['a server that ends at once', [], ['/bin/sh', '-c', 'exit 4'], 4, 'SERVER_EXITED'],
  ])('%s is told on stderr', async (_, flags, command, code, said) => {
    const peer = start('wrapped', command, { flags })
    expect(await peer.closed).toEqual([code, null])
    expect(peer.out().toString()).toBe('')
    expect(peer.err().toString()).toContain(`[${said}]`)
    expect(peer.err().toString()).toContain('hint')
  })

  test('a script whose interpreter is missing is told as that', async () => {
    const script = join(temporaryFolder(), 'server')
    writeFileSync(script, '#!/no/such/python\n')
    chmodSync(script, 0o755)
    const peer = start('wrapped', [script])
    expect(await peer.closed).toEqual([127, null])
    expect(peer.err().toString()).toContain('/no/such/python')
  })
})

describe('the record of a wrapped server', () => {
  test('has every line of both directions and of stderr, from the first byte on, and how it ended', async () => {
    const server = `require('readline').createInterface(process.stdin).on('line', (line) => { const { id, method } = JSON.parse(line)
      if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, result: { method } })) })
      .on('close', () => process.exit(7)); console.log('banner'); console.error('up')`
    const peer = start('wrapped', server, { flags: ['--name', 'echo'] })
    for (let id = 0; id < 500; id++)
      peer.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method: `m/${id}` })}\n`)
    await peer.until('"m/499"}}\n')
    peer.child.stdin.end()
    expect(await peer.closed).toEqual([7, null])
    const reader = openReader(peer.db)
    const [session] = reader.sessions()
    expect(session).toMatchObject({
      transport: 'stdio',
      server: 'echo',
      calls: 500,
      pending: 0,
      errors: 0,
      frames: 1001,
    })
    expect(reader.calls({ limit: 5000 }).map(({ method, outcome }) => [method, outcome])).toEqual(
      Array.from({ length: 500 }, (_, id) => [`m/${id}`, 'ok']),
    )
    expect(Buffer.from(reader.bytes(1, 's2c', 0)).equals(peer.out())).toBe(true)
    expect(reader.logs({ session: session!.uid, kind: 'stderr' })).toMatchObject([{ detail: { text: 'up' } }])
    expect(reader.process(1)).toMatchObject({ exitCode: 7, signal: null, command: process.execPath })
    expect(reader.flows()).toMatchObject([
      { kind: 'stdio', c2sEnding: { how: 'clean' }, s2cEnding: { how: 'exit', detail: 'code 7' } },
    ])
    expect(reader.instances()).toMatchObject([{ role: 'stdio', name: 'echo' }])
    expect(reader.losses()).toEqual([])
    reader.close()
  })

  test('has the secrets of a command line left out, and of the environment the names alone', async () => {
    const peer = start('wrapped', ['/bin/sh', '-c', 'exit 0', 'x', '--api-key', 'hunter2'], {
      env: { SECRET: 'hunter3' },
    })
    await peer.closed
    const reader = openReader(peer.db)
    const told = reader.process(1)
    reader.close()
    expect(told?.args.slice(-2)).toEqual(['--api-key', '***'])
    expect(told?.env).toContain('SECRET')
    expect(JSON.stringify(told)).not.toMatch(/hunter/)
  })

  test('has a command that could not be started', async () => {
    const peer = start('wrapped', ['no-such-command'])
    await peer.closed
    const reader = openReader(peer.db)
    expect(reader.connection(1)).toMatchObject({ upstreamError: 'ENOENT', s2cEnding: { how: 'unreachable' } })
    expect(reader.process(1)).toMatchObject({ pid: null })
    reader.close()
  })
})
