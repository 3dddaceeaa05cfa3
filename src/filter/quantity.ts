/** Numbers with units, as filters have them: `500ms`, `1.5s`, `16kb`, `-32602`. */

const MS: { readonly [unit: string]: number } = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
const BYTES: { readonly [unit: string]: number } = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 }

export type Quantity = 'number' | 'duration' | 'size'

/** What a unit is worth, biggest last. None of plain numbers. Durations in ms, sizes in bytes. */
export const UNITS: { readonly [of in Quantity]: { readonly [unit: string]: number } } = {
  number: {},
  duration: MS,
  size: BYTES,
}

/** In ms (to a thousandth), whole bytes, or as it is. Undefined where it is none; a bare number is no duration and no size. */
export function parseQuantity(text: string, of: Quantity): number | undefined {
  if (of === 'number') return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined
  const [, digits = '', unit = ''] = /^(\d{1,16}(?:\.\d{1,6})?)([a-z]+)$/i.exec(text) ?? []
  const worth = UNITS[of][unit.toLowerCase()]
  if (worth === undefined) return undefined
  const value = Number(digits) * worth
  if (value > Number.MAX_SAFE_INTEGER) return undefined
  return of === 'size' ? Math.round(value) : Math.round(value * 1000) / 1000
}

/** In the biggest unit that leaves no fraction: what `parseQuantity` reads back as the same. */
export function printQuantity(value: number, of: Quantity): string {
  const units = Object.entries(UNITS[of])
  const [unit = '', worth = 1] = units.findLast(([, each]) => value % each === 0 && value !== 0) ?? units[0] ?? []
  return `${value / worth}${unit}`
}
