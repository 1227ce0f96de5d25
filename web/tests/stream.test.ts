import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openStream } from '../src/api/stream'

/** The browser's side of a stream, driven by the test. */
class FakeSource extends EventTarget {
  static readonly CLOSED = 2
  static last: FakeSource
  readyState = 1
  onopen?: () => void
  onerror?: () => void

  constructor(readonly url: string) {
    super()
    FakeSource.last = this
  }

  say(name: string, data: unknown, lastEventId = ''): void {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data), lastEventId }))
  }

  close(): void {
    this.readyState = FakeSource.CLOSED
  }
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', FakeSource)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function open() {
  const seen = { node: vi.fn(), lost: vi.fn(), givenUp: vi.fn() }
  const stream = openStream('/events', { events: { node: seen.node }, onLost: seen.lost, onGivenUp: seen.givenUp })
  return { ...seen, stream, source: FakeSource.last }
}

it('hands on the data and the id of an event', () => {
  const { node, source } = open()
  source.say('node', { app: 'shop' }, '7')
  source.say('node', { app: '官网' })
  expect(node.mock.calls).toEqual([[{ app: 'shop' }, 7], [{ app: '官网' }, 0]])
})

it('stays open as long as pings arrive', () => {
  const { givenUp, source } = open()
  for (let count = 0; count < 20; count++) {
    vi.advanceTimersByTime(15_000)
    source.say('ping', {})
  }
  expect(givenUp).not.toHaveBeenCalled()
})

it('closes and gives up after 45 s without event and ping', () => {
  const { givenUp, source } = open()
  vi.advanceTimersByTime(30_000)
  source.say('node', {}, '1')
  vi.advanceTimersByTime(44_999)
  expect(givenUp).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(givenUp).toHaveBeenCalledTimes(1)
  expect(source.readyState).toBe(FakeSource.CLOSED)
})

it('gives up at once when the browser did, and leaves the rest to the browser', () => {
  const { givenUp, lost, source } = open()
  source.readyState = 0
  source.onerror?.()
  expect([lost.mock.calls.length, givenUp.mock.calls.length]).toEqual([1, 0])
  source.readyState = FakeSource.CLOSED
  source.onerror?.()
  vi.advanceTimersByTime(100_000)
  expect([lost.mock.calls.length, givenUp.mock.calls.length]).toEqual([1, 1])
})

it('tells nothing after it was closed', () => {
  const { givenUp, stream } = open()
  stream.close()
  vi.advanceTimersByTime(100_000)
  expect(givenUp).not.toHaveBeenCalled()
})
