import { describe, expect, test } from 'vitest'
import { violationsOf } from '../../support/axe.ts'
import { decisionRow } from '../../support/mock-faults.ts'
import { describePage } from '../../support/page-suite.ts'
import type { openPage } from '../../support/ui-page.ts'

describePage('the faults', { fresh: true, exchanges: 50 }, (suite) => {
  const open = async (path = '?view=faults', options: Parameters<typeof openPage>[2] = {}) => {
    const { page } = await suite.open({ path, ...options })
    await page.getByText('Live', { exact: true }).waitFor()
    await expect.poll(() => suite.api.liveStreams()).toBe(1)
    return page
  }

  test('an empty view offers faults to begin with, one click away', async () => {
    const page = await open()
    await page.getByRole('button', { name: 'Make everything late' }).click()
    await page.getByText('Delays all traffic by 800 ms ± 300 ms, for 1 min.').waitFor()
    expect(await page.getByText('never fired: nothing matched').count()).toBe(1)
  })

  test('counts hits as they come, and switches a rule off and on', async () => {
    suite.api.faults.add({ fault: 'drop', match: 'method:tools/call' })
    const page = await open()
    await page.getByText('never fired').waitFor()
    suite.api.faults.hit('drop', { matched: 7, fired: 3, notApplied: 1 })
    await page.getByText('fired 3', { exact: true }).waitFor()
    await page.getByText('not applied 1').waitFor()
    const toggle = page.getByRole('switch', { name: 'drop on' })
    await toggle.click()
    await expect.poll(() => toggle.getAttribute('aria-checked')).toBe('false')
    await expect.poll(() => page.getByRole('button', { name: 'Heal all' }).count()).toBe(1)
    await toggle.click()
    await expect.poll(() => toggle.getAttribute('aria-checked')).toBe('true')
  })

  test('a removed rule is folded away, with why', async () => {
    suite.api.faults.add({ fault: 'drop' })
    const page = await open()
    await page.getByRole('button', { name: 'Remove drop' }).click()
    await page.getByText('1 is over').click()
    await expect.poll(() => page.getByText('removed, just now').isVisible()).toBe(true)
  })

  test('a rule is written, read back as it is typed, tried on the record and turned on', async () => {
    const page = await open()
    await page.getByLabel('Search the faults').fill('traffic late')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    const turnOn = page.getByRole('button', { name: 'Turn on' })
    expect(await turnOn.isDisabled()).toBe(true)
    await page.getByLabel('delay', { exact: false }).first().fill('300')
    await page.getByText('300 has no unit: write 300ms or 300s').waitFor()
    await page.getByLabel('delay', { exact: false }).first().fill('300ms')
    await page.getByLabel('match').first().fill('methot:tools/call')
    await page.getByText('Did you mean method:?').waitFor()
    await page.getByLabel('match').first().fill('method:tools/call')
    await page.getByText('Delays tools/call messages by 300 ms.').waitFor()
    await page.getByLabel('times').fill('2')
    await page.getByText('Delays tools/call messages by 300 ms, twice in all.').waitFor()
    await page.getByRole('button', { name: 'What would it have hit?' }).click()
    await page.getByText('of the last').waitFor()
    await turnOn.click()
    await page.getByRole('switch', { name: 'latency on' }).waitFor()
    await page.getByLabel('Search the faults').waitFor()
  })

  test('what is used most stands first, and what a cut waits for is in sight', async () => {
    const page = await open()
    expect(await page.locator('.fault-group').first().locator('strong').allTextContents()).toEqual([
      'cut',
      'latency',
      'status',
      'drop',
      'session-lost',
      'breakpoint',
    ])
    await page.locator('.fault-choice', { hasText: 'cut' }).first().click()
    await page.getByLabel('after').fill('2 events')
    await page.getByText('after 2 events').waitFor()
  })

  test('of the faults there are, those that are off are counted apart', async () => {
    suite.api.faults.add({ fault: 'drop' })
    suite.api.faults.add({ fault: 'drop' }, { enabled: false, origin: 'library' })
    const page = await open()
    await page.getByRole('heading', { name: 'Faults 1 on, 1 off' }).waitFor()
    expect(await page.locator('.rule', { hasText: 'own code' }).count()).toBe(1)
  })

  test('a rule is changed in its place', async () => {
    suite.api.faults.add({ id: 'slow', fault: 'latency', delay: '100ms' })
    const page = await open()
    await page.getByRole('button', { name: 'Change slow' }).click()
    await page.getByLabel('delay', { exact: false }).first().fill('2s')
    await page.getByRole('button', { name: 'Change it' }).click()
    await page.locator('.rule', { hasText: 'Delays all traffic by 2 s.' }).waitFor()
    expect(await page.getByRole('switch').count()).toBe(1)
    // no other rule: the same one, of another version
    expect(suite.api.faults.inForce()).toMatchObject([{ id: 'slow', revision: 2 }])
  })

  test('copies the rule for a file and for a terminal', async () => {
    const page = await open('?view=faults', { permissions: ['clipboard-read', 'clipboard-write'] })
    const clipboard = () => page.evaluate('navigator.clipboard.readText()')
    await page.locator('.fault-choice', { hasText: 'latency' }).click()
    await page.getByLabel('delay', { exact: false }).first().fill('300ms')
    await page.getByRole('button', { name: 'YAML' }).click()
    await expect.poll(clipboard).toBe('rules:\n  - fault: latency\n    delay: 300ms\n')
    await page.getByRole('button', { name: 'Command' }).click()
    await expect.poll(clipboard).toBe('mitmcp fault add latency --delay 300ms')
  })

  test('heals from the traffic by the pill and by a key, and f goes to the faults', async () => {
    suite.api.faults.add({ fault: 'drop' })
    suite.api.faults.add({ fault: 'latency', delay: '1s' })
    const page = await open('')
    const pill = page.getByRole('group', { name: 'Faults' })
    await pill.getByText('2 faults on').waitFor()
    await pill.getByRole('button', { name: 'Heal all' }).click()
    await page.getByText('2 faults healed').waitFor()
    expect(await pill.count()).toBe(0)
    suite.api.faults.add({ fault: 'drop' })
    await pill.getByText('1 fault on').waitFor()
    await page.keyboard.press('f')
    await page.waitForURL(/view=faults/)
    await page.keyboard.press('H')
    await page.getByText('1 fault healed').waitFor()
    await page.keyboard.press('f')
    await page.locator('#frames').waitFor()
  })

  test('a persona is applied and healed by one click, with its facts at hand', async () => {
    const page = await open()
    await page.getByRole('button', { name: 'Apply A server that wakes up slowly' }).click()
    await page.getByText('On: 1 rule, fired 0').waitFor()
    await page.getByText('Facts, symptom, remedy').first().click()
    await page.getByText('A cold start takes between').waitFor()
    await page.getByRole('button', { name: 'Heal A server that wakes up slowly' }).click()
    await expect.poll(() => page.getByRole('button', { name: 'Apply A server that wakes up slowly' }).count()).toBe(1)
  })

  test('frames a rule touched wear a word, and those of its time a band', async () => {
    const last = suite.api.traffic.frames - 1
    suite.api.traffic.change(last, {
      faults: ['slow'],
      sentLastAt: suite.api.traffic.frame(last).receivedLastAt + 900_000,
    })
    suite.api.traffic.change(last - 1, { faults: ['lose'], droppedBy: 'lose', sentAt: null, sentLastAt: null })
    suite.api.faults.add({ fault: 'drop' }, { createdAt: suite.api.traffic.frame(last - 6).receivedLastAt })
    const page = await open('')
    await page.locator(`#frame-${last}.in-fault`, { hasText: 'late' }).waitFor()
    await page.locator(`#frame-${last - 1}.in-fault`, { hasText: 'dropped' }).waitFor()
    expect(await page.locator(`#frame-${last - 12}.in-fault`).count()).toBe(0)
    expect(await page.locator(`#frame-${last - 12}`).count()).toBe(1)
  })

  test('beside badges the tool of a call stays to be read, and the badges whole', async () => {
    const id = suite.api.traffic.frames - 1
    suite.api.traffic.change(id, { faults: ['lossy'], droppedBy: 'lossy', edits: ['host'] })
    const { page } = await suite.open({ path: '', viewport: { width: 1400, height: 900 } })
    const row = page.locator(`#frame-${id}`)
    await row.getByText('dropped').waitFor()
    const cell = await row.locator('.cell-what').boundingBox()
    for (const badge of await row.locator('.what-edited').all()) {
      const box = await badge.boundingBox()
      expect(box!.x + box!.width).toBeLessThanOrEqual(cell!.x + cell!.width)
    }
    const tool = row.locator('.what-subject')
    expect((await tool.boundingBox())!.width).toBeGreaterThan(30)
  })

  test('what came stands beside what the client got', async () => {
    const id = suite.api.traffic.frames - 4
    const edits = ['change-it']
    suite.api.traffic.change(id, { faults: edits, edits, text: 'data: orig', sentText: 'data: MUTANT' })
    const page = await open(`?frame=${id}&tab=faults`)
    await page.locator('del', { hasText: 'orig' }).waitFor()
    expect(await page.locator('.change ins').innerText()).toBe('data: MUTANT')
  })

  test('a frame tells what rules decided about it, before and after, and a fault is made from it', async () => {
    const id = suite.api.traffic.frames - 4
    suite.api.traffic.change(id, {
      faults: ['change-it'],
      edits: ['change-it'],
      editList: [{ offset: 4, removed: '"limit":25', inserted: '"limit":99', rule: 'change-it' }],
      decisions: [
        decisionRow(1, { rule: 'change-it', said: 'delayed by 1.5 ms' }),
        decisionRow(2, { rule: 'rarely', fired: false, action: '', draw: 0.8312 }),
      ],
    })
    const page = await open(`?frame=${id}&tab=faults`)
    await page.getByText('Changed by change-it.').waitFor()
    await page.locator('.decision.is-fired', { hasText: 'delayed by 1.5 ms' }).waitFor()
    await page.locator('.decision', { hasText: 'let it pass' }).getByText('0.8312').waitFor()
    await page.locator('del', { hasText: '"limit":25' }).waitFor()
    await page.locator('ins', { hasText: '"limit":99' }).waitFor()
    expect(await violationsOf({ page })).toEqual([])
    await page.getByRole('button', { name: 'Make a fault from this frame' }).click()
    await page.getByText(/The match is filled in: method:\S+ .*kind:request dir:c2s\. What should happen/).waitFor()
    await page.locator('.fault-choice', { hasText: 'leaves messages out' }).click()
    expect(await page.getByRole('combobox', { name: 'match' }).inputValue()).toMatch(
      /^method:\S+ .*kind:request dir:c2s$/,
    )
  })

  test('breaks on messages like a frame', async () => {
    const page = await open(`?frame=${suite.api.traffic.frames - 4}&tab=faults`)
    await page.getByRole('button', { name: 'Break on messages like this' }).click()
    await page.getByRole('button', { name: 'Turn on' }).click()
    await page.getByRole('switch', { name: 'breakpoint on' }).waitFor()
    expect(suite.api.faults.inForce().map(({ source }) => source['match'])).toEqual([
      expect.stringContaining('dir:c2s'),
    ])
  })

  test('a held message is edited and sent, sent as it is, or dropped', async () => {
    const page = await open('')
    const [one, two, three] = [suite.api.faults.hold(), suite.api.faults.hold(), suite.api.faults.hold()]
    await page.getByRole('region', { name: 'Held messages' }).getByRole('button', { name: 'Look at it' }).click()
    await page.getByText('3 messages wait for you').waitFor()
    await page.getByText('goes by itself in').first().waitFor()
    const first = page.locator('.held').first()
    expect(await page.getByLabel('The message').count()).toBe(0)
    expect((await page.locator('.held').all()).length).toBe(3)
    for (const card of await page.locator('.held').all()) expect((await card.boundingBox())?.height).toBeLessThan(80)
    await first.getByRole('button', { name: 'Open' }).click()
    await first.getByLabel('The message').fill('{"jsonrpc": "2.0",\n "id": 7.0}')
    await first.getByText('Changed. It is sent without').waitFor()
    await first.getByRole('button', { name: 'Send edited' }).click()
    await page.getByText('2 messages wait for you').waitFor()
    await first.getByRole('button', { name: 'Send' }).click()
    await page.getByText('A message waits for you').waitFor()
    await first.getByRole('button', { name: 'Drop' }).click()
    await expect.poll(() => page.locator('.held').count()).toBe(0)
    // the newest stands first
    expect([three, two, one].map(({ id }) => suite.api.faults.answers.get(id))).toEqual([
      { do: 'edit', payload: '{"jsonrpc":"2.0","id":7.0}' },
      { do: 'send' },
      { do: 'drop' },
    ])
  })

  test('what is no JSON is told, and sent all the same', async () => {
    const { id } = suite.api.faults.hold()
    const page = await open()
    await page.getByLabel('The message').fill('{"jsonrpc": ')
    await page.getByText('This is no JSON. You can send it all the same').waitFor()
    await page.getByRole('button', { name: 'Send edited' }).click()
    await expect.poll(() => suite.api.faults.answers.get(id)).toEqual({ do: 'edit', payload: '{"jsonrpc": ' })
  })

  test('fits a screen of 390 pixels while faults are on', async () => {
    suite.api.faults.add({ fault: 'drop' })
    const page = await open('?view=faults', { viewport: { width: 390, height: 844 } })
    await page.locator('.fault-choice', { hasText: 'latency' }).click()
    await page.locator('.form-foot').waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
    expect(await page.evaluate('document.querySelector(".faults").scrollWidth')).toBe(390)
  })

  describe.each(['light', 'dark'] as const)('axe finds nothing, %s', (colorScheme) => {
    test('on the empty view', async () => {
      const page = await open('?view=faults', { colorScheme })
      await page.locator('.fault-choice').first().waitFor()
      expect(await violationsOf({ page })).toEqual([])
    })

    test('on rules and a form with mistakes', async () => {
      suite.api.faults.hold()
      suite.api.faults.add({ fault: 'drop' }, { matched: 3, fired: 2, notApplied: 1 })
      suite.api.faults.add({ fault: 'drop' }, { enabled: false, origin: 'file' })
      suite.api.faults.add({ fault: 'drop' }, { endedAt: Date.now() * 1000, endedWhy: 'expired' })
      const page = await open('?view=faults', { colorScheme })
      await page.getByText('1 is over').click()
      await page.locator('.fault-choice', { hasText: 'latency' }).click()
      await page.getByLabel('delay', { exact: false }).first().fill('300')
      await page.getByText('How often else').click()
      await page.getByText('has no unit').waitFor()
      expect(await violationsOf({ page })).toEqual([])
    })
  })
})
