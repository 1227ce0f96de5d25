// Keeps something open only while the tab is looked at. Browsers allow six connections to one HTTP/1.1
// origin over all tabs; streams of forgotten background tabs would use them up and block every request.

const patience = 60_000

/** Calls `open` now, `close` after a minute in the background, `open` again on return. Returns the end of it. */
export function whileVisible(open: () => void, close: () => void): () => void {
  let opened = true
  let timer: ReturnType<typeof setTimeout> | undefined
  const suspend = () => {
    opened = false
    close()
  }
  const onChange = () => {
    clearTimeout(timer)
    if (document.hidden) timer = setTimeout(suspend, patience)
    else if (!opened) {
      opened = true
      open()
    }
  }
  document.addEventListener('visibilitychange', onChange)
  open()
  return () => {
    document.removeEventListener('visibilitychange', onChange)
    clearTimeout(timer)
    close()
  }
}
