const pad = (value: number, width = 2) => String(value).padStart(width, '0')

/** Wall clock of an instant in local time, to the millisecond: `14:03:05.042`. */
export function clockTime(at: number): string {
  const date = new Date(at / 1000)
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}.${pad(Math.floor(at / 1000) % 1000, 3)}`
}

/** Day and wall clock to the microsecond, for the detail. */
export function exactTime(at: number): string {
  const date = new Date(at / 1000)
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`
  return `${day} ${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}.${pad(at % 1_000_000, 6)}`
}

/** Distance from `base`, to the millisecond: `12.345`, `1:02.345`, `2:00:02.345`; with a sign before the base. */
export function offsetTime(at: number, base: number): string {
  const ms = Math.round(Math.abs(at - base) / 1000)
  const seconds = Math.floor(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  const tail = pad(ms % 1000, 3)
  const sign = at < base && ms > 0 ? '−' : ''
  if (hours > 0) return `${sign}${hours}:${pad(minutes % 60)}:${pad(seconds % 60)}.${tail}`
  if (minutes > 0) return `${sign}${minutes}:${pad(seconds % 60)}.${tail}`
  return `${sign}${seconds}.${tail}`
}

/** A span of microseconds with three digits that matter: `85 µs`, `1.23 ms`, `4.56 s`, `2 m 05 s`, `3 h 10 m`, `2 d 4 h`. */
export function spanText(us: number): string {
  if (us < 0) return `−${spanText(-us)}`
  if (us < 1000) return `${Math.round(us)} µs`
  const ms = us / 1000
  if (ms < 999.5) return `${digits(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 59.95) return `${digits(seconds)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${pad(whole % 60)} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} m`
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`
}

const digits = (value: number) =>
  value < 9.995 ? value.toFixed(2) : value < 99.95 ? value.toFixed(1) : value.toFixed(0)

/** How long ago, for people: `now`, `12 s`, `5 m`, `3 h`, `2 d`. */
export function ageText(us: number): string {
  const seconds = Math.floor(us / 1_000_000)
  if (seconds < 2) return 'now'
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}

/** Age of something that waits, ticking: `0.4 s`, `12.0 s`, `1 m 05 s`. */
export function waitText(us: number): string {
  const seconds = Math.max(0, us) / 1_000_000
  return seconds < 60 ? `${(Math.floor(seconds * 10) / 10).toFixed(1)} s` : spanText(us)
}
