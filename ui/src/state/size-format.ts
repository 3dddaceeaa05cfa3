const units = ['kB', 'MB', 'GB', 'TB']

/** Bytes for people, in powers of 1000: `0 B`, `512 B`, `1.2 kB`, `34 MB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  let value = bytes
  let unit = ''
  for (const next of units) {
    if (value < 999.5 && unit !== '') break
    value /= 1000
    unit = next
  }
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${unit}`
}

/** A count with thin groups: `1 234 567`. */
export const countText = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f')

/** A count that has little room: `999`, `1.2k`, `34k`, `1.5M`. */
export function shortCount(count: number): string {
  if (count < 1000) return String(count)
  if (count < 999_500) return `${count < 9950 ? (count / 1000).toFixed(1) : (count / 1000).toFixed(0)}k`
  return `${(count / 1_000_000).toFixed(1)}M`
}
