import { describe, expect, test } from 'vitest'
import { type Answer, call, events, faulty, json, raw, rawPost } from '../support/faulty.ts'

describe('healing', () => {
  test.each([
    { fault: 'latency', delay: '1h' },
    { fault: 'bandwidth', rate: '1b/s' },
    { fault: 'freeze', duration: '1h' },
    { fault: 'delay-headers', delay: '1h' },
  ])('gives back what %o held, and the connection goes on', async (rule) => {
    const { url, proxy } = await faulty(events(3), [rule])
    const client = await raw(url, rawPost(call(1)))
    expect([await client.ending(50), client.text()]).toEqual(['timeout', ''])
    await proxy.faults.heal()
    await client.until('0\r\n\r\n')
    expect(client.text().match(/^id: \d/gm)).toEqual(['id: 1', 'id: 2', 'id: 3', 'id: 4'])
    client.socket.write(rawPost(call(2)))
    await client.until('"id":2')
  })

  test.each([
    { fault: 'accept-hang' },
    { fault: 'accept-hang', duration: '1h' },
    { fault: 'max-connections', n: 0, overflow: 'hang' },
  ])('lets in whom %o kept waiting: the answer comes, and the next one on the same connection', async (rule) => {
    const { url, proxy, asked } = await faulty(json, [rule])
    const client = await raw(url, rawPost(call(1)))
    expect([await client.ending(40), asked.length]).toEqual(['timeout', 0])
    await proxy.faults.heal()
    await client.until('"id":1')
    client.socket.write(rawPost(call(2)))
    await client.until('"id":2')
    expect(asked).toHaveLength(2)
  })

  test('lets in those that hang on a dial too, when both are healed at once', async () => {
    const { url, proxy } = await faulty(json, [
      { fault: 'accept-hang' },
      { fault: 'down', as: 'hang', existing: 'keep' },
    ])
    const client = await raw(url, rawPost(call(1)))
    expect(await client.ending(40)).toBe('timeout')
    await proxy.faults.heal()
    await client.until('"id":1')
  })

  test('lets a dial that hangs go on', async () => {
    const { url, proxy } = await faulty(json, [{ fault: 'down', as: 'hang' }])
    const client = await raw(url, rawPost(call(1)))
    expect(await client.ending(40)).toBe('timeout')
    await proxy.faults.heal()
    await client.until('"id":1')
    expect(client.text()).toContain('HTTP/1.1 200')
  })

  test.each([
    { fault: 'blackhole' },
    { fault: 'lose-reply' },
    { fault: 'cut', end: 'hang' },
    { fault: 'idle-timeout', idle: '20ms', end: 'hang' },
    { fault: 'duplicate-request', delay: '1h' },
  ])('resets where %o has eaten what cannot come back, or more is to come than was asked for', async (rule) => {
    const { url, proxy } = await faulty(json, [rule])
    const client = await raw(url, rawPost(call(1)))
    expect(await client.ending(80)).toBe('timeout')
    await proxy.faults.heal()
    expect(await client.ending(3000)).toBe('ECONNRESET')
  })

  test.each([
    { fault: 'blackhole', match: 'method:ping' },
    { fault: 'idle-timeout', idle: '1h', end: 'hang' },
    { fault: 'duplicate-request' },
    { fault: 'cut', end: 'hang', after: '1mb' },
  ])('leaves alone whom %o has done nothing to, or is done with', async (rule) => {
    const { url, proxy, asked } = await faulty(json, [rule])
    const client = await raw(url, rawPost(call(1)))
    await client.until('"id":1')
    await expect.poll(() => asked.length).toBe(rule.fault === 'duplicate-request' ? 2 : 1)
    expect(await client.ending(30)).toBe('timeout')
    await proxy.faults.heal()
    client.socket.write(rawPost(call(2)))
    await client.until('"id":2')
    expect(client.text().match(/HTTP\/1.1 200/g)).toHaveLength(2)
  })

  describe('a load balancer that forgets connections and tells whoever sends next', () => {
    const forgets = { fault: 'idle-timeout', idle: '60ms', told: 'sender' }

    test('gives back one where nobody has sent since', async () => {
      const { url, proxy, asked } = await faulty(json, [forgets])
      const client = await raw(url, rawPost(call(1)))
      await client.until('"id":1')
      expect(await client.ending(120)).toBe('timeout')
      await proxy.faults.heal()
      client.socket.write(rawPost(call(2)))
      await client.until('"id":2')
      expect(asked).toHaveLength(2)
    })

    test('tells the server too, once its client was told', async () => {
      const { url, proxy, sockets } = await faulty(json, [forgets])
      const client = await raw(url, rawPost(call(1)))
      await client.until('"id":1')
      expect(await client.ending(120)).toBe('timeout')
      client.socket.write(rawPost(call(2)))
      expect(await client.ending(2000)).toBe('ECONNRESET')
      expect(sockets.size).toBe(1)
      await proxy.faults.heal()
      await expect.poll(() => sockets.size).toBe(0)
    })

    test('tells the client too, once the server was told', async () => {
      let more: (() => void) | undefined
      const answer: Answer = (asked, response) => {
        events(1, { end: false, result: false })(asked, response, asked as never)
        more = () => void response.write('data: {}\n\n')
      }
      const { url, proxy, sockets } = await faulty(answer, [forgets])
      const client = await raw(url, rawPost(call(1)))
      await client.until('id: 1')
      expect(await client.ending(120)).toBe('timeout')
      more?.()
      await expect.poll(() => sockets.size).toBe(0)
      expect(await client.ending(60)).toBe('timeout')
      await proxy.faults.heal()
      expect(await client.ending(2000)).toBe('ECONNRESET')
    })
  })
})
