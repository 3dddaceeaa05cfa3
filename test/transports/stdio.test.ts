import { expect, describe, test } from 'vitest'
import { steerWrapper } from '../support/stdio-steered.ts'

/** Says who it is, echoes, and stays when its input ends. */
const STAYS = `console.log('pid ' + process.pid); process.stdin.on('data', b => process.stdout.write(b)); setInterval(() => {}, 1e6)`
/** The same, but ends with its input. */
const ENDS = `console.log('pid ' + process.pid); process.stdin.on('data', b => process.stdout.write(b)).on('end', () => process.exit(7))`
const silence = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 80))
const up = async (server: string) => {
  const wrapper = steerWrapper(server)
  await wrapper.until(() => wrapper.out().includes('\n'))
  return wrapper
}

describe('a fault that cuts a wrapped server', () => {
  test('fin closes its stdin: it ends as it does then', async () => {
    const wrapper = await up(ENDS)
    wrapper.steer(`connection.cut('fin', 'server', 'the-rule')`)
    expect(await wrapper.closed).toBe(7)
    const { connection } = wrapper.record()
    expect(connection.c2sEnding).toMatchObject({ how: 'fin', by: 'fault' })
    expect(connection.s2cEnding).toMatchObject({ how: 'exit', by: 'fault' })
  })

  test('fin closes our stdout: the client reads the end, the server goes on', async () => {
    const wrapper = await up(STAYS)
    const ended = new Promise((resolve) => wrapper.child.stdout?.once('end', resolve))
    wrapper.steer(`connection.cut('fin', 'client', 'the-rule')`)
    await ended
    wrapper.send('x\n')
    await silence()
    expect(wrapper.child.exitCode).toBeNull()
    wrapper.child.kill('SIGTERM')
    expect(await wrapper.closed).toBe(99)
    expect(wrapper.record().connection.s2cEnding).toMatchObject({ how: 'fin', by: 'fault' })
  })

  test('rst kills it', async () => {
    const wrapper = await up(STAYS)
    wrapper.steer(`connection.cut('rst', 'both', 'the-rule')`)
    expect(await wrapper.closed).toBe(99)
    const { connection } = wrapper.record()
    expect(connection.c2sEnding).toMatchObject({ how: 'rst', by: 'fault' })
    expect(connection.s2cEnding).toMatchObject({ how: 'rst', by: 'fault' })
  })

  test('hang: nothing more comes, until the client leaves', async () => {
    const wrapper = await up(ENDS)
    const before = wrapper.out()
    wrapper.steer(`connection.cut('hang', 'both', 'the-rule')`)
    await silence()
    wrapper.send('x\n')
    await silence()
    expect(wrapper.out()).toBe(before)
    expect(wrapper.child.exitCode).toBeNull()
    wrapper.child.stdin?.end()
    expect(await wrapper.closed).toBe(7)
    const { connection } = wrapper.record()
    expect(connection.c2sEnding).toMatchObject({ how: 'hang', by: 'fault' })
    expect(connection.s2cEnding).toMatchObject({ how: 'hang', by: 'fault' })
  })

  test('a signal of a fault is the rule’s doing, not the client’s', async () => {
    const wrapper = await up(STAYS)
    wrapper.steer(`connection.signal('SIGTERM', 'the-rule')`)
    expect(await wrapper.closed).toBe(99)
    expect(wrapper.record().connection.s2cEnding).toMatchObject({ how: 'exit', by: 'fault' })
  })
})

describe('lines of ours', () => {
  test('come between two others, both ways', async () => {
    const wrapper = await up(
      `console.log('up'); process.stdin.on('data', b => process.stdout.write('<' + b.toString().replaceAll('\\n', '|') + '\\n'))`,
    )
    wrapper.steer(`connection.insert('s2c', Buffer.from('ours\\n'), 'the-rule')`)
    await wrapper.until(() => wrapper.out() === 'up\nours\n')
    wrapper.send('half')
    await wrapper.until(() => wrapper.out().endsWith('<half\n'))
    wrapper.steer(`connection.insert('c2s', Buffer.from('ours\\n'), 'the-rule')`)
    await silence()
    wrapper.send(' and half\nnext\n')
    await wrapper.until(() => wrapper.out().includes('next|\n'))
    expect(wrapper.out().slice('up\nours\n<half\n'.length).replaceAll('\n<', '')).toBe('< and half|ours|next|\n')
  })
})

describe('a server that is started again', () => {
  const pids = (out: string): string[] => [...out.matchAll(/pid (\d+)/g)].map(([, pid]) => pid ?? '')

  test('is another process of the same command; what the client sends meanwhile waits for it', async () => {
    const wrapper = await up(STAYS)
    wrapper.steer(`connection.restart('the-rule', { afterMs: 100 })`)
    await silence()
    wrapper.send('meanwhile\n')
    await wrapper.until(() => wrapper.out().includes('meanwhile'))
    const [first, second] = pids(wrapper.out())
    expect(second).not.toBe(first)
    wrapper.child.kill('SIGTERM')
    expect(await wrapper.closed).toBe(99)
    const { connection, logs } = wrapper.record()
    expect(logs).toContain('restart')
    expect(logs).toContain('restarted')
    expect(connection.s2cEnding).toMatchObject({ how: 'exit', by: 'client' })
  })

  test('ends the wrapper with the status of its last process', async () => {
    const wrapper = await up(ENDS)
    wrapper.steer(`connection.signal('SIGTERM', 'the-rule'); connection.restart('the-rule', { afterMs: 0 })`)
    await wrapper.until(() => pids(wrapper.out()).length === 2)
    wrapper.steer(`connection.restart('the-rule', { afterMs: 0 })`)
    await wrapper.until(() => pids(wrapper.out()).length === 3)
    wrapper.send('x\n')
    await wrapper.until(() => wrapper.out().endsWith('x\n'))
    wrapper.child.stdin?.end()
    expect(await wrapper.closed).toBe(7)
  })

  test('is not, when the client has left', async () => {
    const wrapper = await up(STAYS)
    wrapper.steer(`connection.restart('the-rule', { afterMs: 60_000 })`)
    await silence()
    wrapper.child.stdin?.end()
    expect(await wrapper.closed).toBe(99)
    expect(pids(wrapper.out())).toHaveLength(1)
  })
})

describe('a server that is slow to start', () => {
  test('gets what was sent before', async () => {
    const from = performance.now()
    const wrapper = steerWrapper(ENDS, 150)
    wrapper.send('early\n')
    await wrapper.until(() => wrapper.out().includes('early'))
    expect(performance.now() - from).toBeGreaterThan(150)
    wrapper.child.stdin?.end()
    expect(await wrapper.closed).toBe(7)
    expect(wrapper.record().logs).toContain('slow-start')
  })

  test('does not keep us when we are told to end', async () => {
    const wrapper = steerWrapper(ENDS, 60_000)
    await wrapper.starting
    wrapper.child.kill('SIGTERM')
    expect(await wrapper.closed).toBe(143)
  })
})
