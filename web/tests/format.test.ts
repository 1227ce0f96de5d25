import { describe, expect, it } from 'vitest'
import { duration, elapsed, relativeTime, shortenHashes, shortRevision, shortTime, spelledDuration, subject } from '../src/lib/format'

describe('format', () => {
  it('cuts a git hash and leaves an svn revision', () => {
    expect(shortRevision('0123456789abcdef0123456789abcdef01234567')).toBe('01234567')
    expect(shortRevision('34720')).toBe('34720')
  })

  it('takes the first line of a message that says something', () => {
    expect(subject('\n  Fix it\r\nbody')).toBe('Fix it')
    expect(subject(' \n')).toBe('')
  })

  it('writes durations with the units that fit', () => {
    expect(duration(65)).toBe('65 ms')
    expect(duration(12_345)).toBe('12.3 s')
    expect(duration(59_999)).toBe('59.9 s')
    expect(duration(185_000)).toBe('3 min 05 s')
    expect(duration(7_620_000)).toBe('2 h 07 min')
    expect(duration(-5)).toBe('0 ms')
  })

  it('measures up to now while there is no end, and never below zero', () => {
    const start = '2026-01-01T00:00:00.000Z'
    expect(elapsed(start, null, Date.parse(start) + 1500)).toBe(1500)
    expect(elapsed(start, '2026-01-01T00:00:02.000Z', 0)).toBe(2000)
    expect(elapsed(start, null, 0)).toBe(0)
    expect(elapsed(null, null, 0)).toBeNull()
  })

  it('never places the past in the future, whatever the clocks say', () => {
    const time = '2026-01-01T00:00:10.000Z'
    expect(relativeTime(time, Date.parse(time) - 5000, 'en')).toBe('now')
    expect(relativeTime(time, Date.parse(time) + 180_000, 'en')).toBe('3 minutes ago')
    expect(relativeTime(time, Date.parse(time) + 180_000, 'zh-CN')).toBe('3分钟前')
  })

  it('cuts the hashes in a sentence', () => {
    const hash = '0123456789abcdef0123456789abcdef01234567'
    expect(shortenHashes(`back to ${hash}, because api-2 failed`)).toBe('back to 01234567, because api-2 failed')
    expect(shortenHashes(`a${hash} 34720`)).toBe(`a${hash} 34720`)
  })

  it('spells durations of the configuration', () => {
    expect(['30s', '5m', '1h30m', '1500ms', '7d'].map(spelledDuration)).toEqual(['30 s', '5 min', '1 h 30 min', '1500 ms', '7 d'])
  })

  it('gives the time of today, and the day of any other', () => {
    const time = new Date(2026, 0, 5, 14, 2)
    expect(shortTime(time.toISOString(), time.getTime() + 60_000, 'en')).toBe('14:02')
    expect(shortTime(time.toISOString(), time.getTime() + 86_400_000, 'en')).toBe('Jan 5, 14:02')
    expect(shortTime(time.toISOString(), time.getTime() + 86_400_000, 'zh-CN')).toBe('1月5日 14:02')
  })
})
