/**
 * The only chance there is: a number from what is asked, not from who asked before. The same seed, rule and key give the same
 * draw in every process, whatever else is drawn in between.
 */

/** 0 ≤ draw < 1, in steps of 2⁻⁵³. Stable for good: the pinned values of its test are in captures and scenarios. */
export function drawOf(seed: number, rule: string, key: string): number {
  let high = 0xdeadbeef ^ (seed >>> 0)
  let low = 0x41c6ce57 ^ (Math.floor(seed / 2 ** 32) >>> 0)
  // cyrb53: two 32-bit lanes of multiply and xor; a NUL keeps `a`+`bc` apart from `ab`+`c`
  const text = `${rule}\0${key}`
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    high = Math.imul(high ^ unit, 2654435761)
    low = Math.imul(low ^ unit, 1597334677)
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  return (2 ** 32 * (low & 0x1fffff) + (high >>> 0)) / 2 ** 53
}
