// Notices a connection that is dead but looks open: the server speaks at least every 15 seconds.

/** How long nothing at all may arrive on an event stream: three pings in a row. */
export const silenceLimit = 45_000

export interface Watch {
  heard: () => void
  stop: () => void
}

/** Calls `onSilence` once, when `heard` was not called for the limit. Hearing is cheap: the timer is not set anew. */
export function watchSilence(onSilence: () => void, limit = silenceLimit): Watch {
  let last = performance.now()
  let timer = setTimeout(check, limit)

  function check(): void {
    const left = last + limit - performance.now()
    if (left > 0) timer = setTimeout(check, left)
    else onSilence()
  }

  return {
    heard: () => { last = performance.now() },
    stop: () => { clearTimeout(timer) }
  }
}
