import { expect, it } from 'vitest'
import { queuedIn } from '../../src/transports/kernel-queue.ts'

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1886 0100007F:C350 01 00001F40:00000000 01:00000014 00000000     0        0 1 2 0000000000000000
   1: 0100007F:C350 0100007F:1886 01 00000000:00000007 00:00000000 00000000     0        0 1 1 0000000000000000
`

it('reads what waits for one peer', () => {
  expect(queuedIn(TABLE, 0x1886, 0xc350)).toBe(8000)
})

it('does not take what was received for what waits', () => {
  expect(queuedIn(TABLE, 0xc350, 0x1886)).toBe(0)
})

it('finds nothing for other ports', () => {
  expect(queuedIn(TABLE, 0x1886, 1)).toBe(0)
})
