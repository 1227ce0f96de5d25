// Follows one Server-Sent Events address. The browser reconnects by itself after a broken connection and resumes
// with Last-Event-ID. It does not after an HTTP error, and it does not notice a connection that fell silent:
// then the stream is closed, and `onGivenUp` decides what happens next.
import { watchSilence } from '../lib/watchSilence'

export interface StreamHandlers {
  /** One per event name; the data is parsed, the id is 0 for an event without one. */
  events: Record<string, (data: unknown, id: number) => void>
  onOpen?: () => void
  /** The connection broke; the browser is trying again. */
  onLost?: () => void
  /** The server answered with something else than a stream, or was silent for too long; nobody tries again. */
  onGivenUp?: () => void
}

export interface Stream {
  close: () => void
}

export function openStream(url: string, handlers: StreamHandlers): Stream {
  const source = new EventSource(url)
  const watch = watchSilence(giveUp)

  function close(): void {
    watch.stop()
    source.close()
  }

  function giveUp(): void {
    close()
    handlers.onGivenUp?.()
  }

  source.onopen = () => {
    watch.heard()
    handlers.onOpen?.()
  }
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) giveUp()
    else handlers.onLost?.()
  }
  source.addEventListener('ping', watch.heard)
  for (const [name, handle] of Object.entries(handlers.events)) {
    source.addEventListener(name, (event: MessageEvent<string>) => {
      watch.heard()
      handle(JSON.parse(event.data), Number(event.lastEventId) || 0)
    })
  }
  return { close }
}
