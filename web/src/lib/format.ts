// Revisions, times and durations as a reader wants them. Pure; the locale is a parameter.

/** A git hash is cut to 8 characters; an svn number stays as it is. */
export function shortRevision(revision: string): string {
  return /^[0-9a-f]{12,}$/i.test(revision) ? revision.slice(0, 8) : revision
}

/** In a sentence: nobody reads forty digits. The terminal has them whole. */
export function shortenHashes(text: string): string {
  return text.replace(/\b[0-9a-f]{40}(?:[0-9a-f]{24})?\b/g, shortRevision)
}

/** The first line of a message that says something; '' when none does. */
export function subject(message: string): string {
  return message.split(/\r?\n/).find((line) => line.trim() !== '')?.trim() ?? ''
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** 65 ms · 12.3 s · 3 min 05 s · 2 h 07 min. The units are the same in both languages. */
export function duration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds)
  if (ms < 1000) return `${String(Math.round(ms))} ms`
  if (ms < minute) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`
  const pad = (value: number) => String(value).padStart(2, '0')
  if (ms < hour) return `${String(Math.floor(ms / minute))} min ${pad(Math.floor((ms % minute) / 1000))} s`
  return `${String(Math.floor(ms / hour))} h ${pad(Math.floor((ms % hour) / minute))} min`
}

/** A duration as the configuration has it, `1h30m`, with the same units. */
export function spelledDuration(text: string): string {
  const units: Record<string, string> = { m: 'min' }
  return text.replace(/(\d+)(ms|[smhd])/g, (_all, value: string, unit: string) => `${value} ${units[unit] ?? unit} `).trim()
}

/** Milliseconds from `start` to `end`, or to `now` while there is no end. */
export function elapsed(start: string | null, end: string | null, now: number): number | null {
  if (start === null) return null
  const until = end === null ? now : Date.parse(end)
  return Math.max(0, until - Date.parse(start))
}

export function exactTime(time: string | number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(time))
}

export function clockTime(time: string | number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { timeStyle: 'medium' }).format(new Date(time))
}

/** 14:02 today, with the day before it on any other: for a sentence. */
export function shortTime(time: string, now: number, locale: string): string {
  const date = new Date(time)
  const today = date.toDateString() === new Date(now).toDateString()
  const dayPart = today ? {} : { month: 'short', day: 'numeric' } as const
  return new Intl.DateTimeFormat(locale, { ...dayPart, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(date)
}

/** 2026-05-04 18:09 in the reader's zone: sorts and lines up in a list. */
export function stamp(time: string): string {
  const date = new Date(time)
  const two = (value: number) => String(value).padStart(2, '0')
  const dayPart = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  return `${dayPart} ${two(date.getHours())}:${two(date.getMinutes())}`
}

/** "5 minutes ago". A clock that runs behind the server's does not make it "in 2 seconds". */
export function relativeTime(time: string, now: number, locale: string): string {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const past = Math.max(0, now - Date.parse(time))
  if (past < minute) return format.format(-Math.floor(past / 1000), 'second')
  if (past < hour) return format.format(-Math.floor(past / minute), 'minute')
  if (past < day) return format.format(-Math.floor(past / hour), 'hour')
  return format.format(-Math.floor(past / day), 'day')
}
