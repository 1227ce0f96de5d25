import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { watchSilence } from '../src/lib/watchSilence'

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

it('tells once when nothing was heard for the limit', () => {
  const silent = vi.fn()
  watchSilence(silent, 45_000)
  vi.advanceTimersByTime(44_999)
  expect(silent).not.toHaveBeenCalled()
  vi.advanceTimersByTime(200_000)
  expect(silent).toHaveBeenCalledTimes(1)
})

it('counts the limit from the last sign of life', () => {
  const silent = vi.fn()
  const watch = watchSilence(silent, 45_000)
  for (let second = 0; second < 300; second += 15) {
    vi.advanceTimersByTime(15_000)
    watch.heard()
  }
  expect(silent).not.toHaveBeenCalled()
  vi.advanceTimersByTime(44_999)
  expect(silent).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(silent).toHaveBeenCalledTimes(1)
})

it('tells nothing after it was stopped', () => {
  const silent = vi.fn()
  watchSilence(silent, 1000).stop()
  vi.advanceTimersByTime(5000)
  expect(silent).not.toHaveBeenCalled()
})
