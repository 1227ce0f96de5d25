// Which lines of a buffer are in sight, and following its end. The buffer changes thousands of times a
// second; the page looks at it once per frame.
import { computed, nextTick, onMounted, onScopeDispose, ref, shallowRef, useTemplateRef } from 'vue'
import type { Line, LineBuffer } from '../lib/lineBuffer'

export const lineHeight = 20
const overscan = 20

export function useTerminalWindow(buffer: LineBuffer) {
  const scroller = useTemplateRef<HTMLElement>('scroller')
  const total = ref(0)
  const dropped = ref(0)
  const first = ref(0)
  const shown = shallowRef<Line[]>([])
  const following = ref(true)
  let lastTop = 0
  let frame = 0

  function look(): void {
    const element = scroller.value
    const height = element?.clientHeight ?? 0
    const top = following.value ? buffer.lines.length * lineHeight - height : (element?.scrollTop ?? 0)
    first.value = Math.max(0, Math.floor(top / lineHeight) - overscan)
    // At least a screenful, for the frame in which the element has no height yet.
    const count = Math.ceil(Math.max(height, 500) / lineHeight) + 2 * overscan
    shown.value = buffer.lines.slice(first.value, first.value + count).map(copy)
    total.value = buffer.lines.length
  }

  function update(): void {
    frame = 0
    const gone = buffer.dropped - dropped.value
    dropped.value = buffer.dropped
    look()
    void nextTick(() => { settle(gone) })
  }

  /** Stays at the end, or on the lines that are being read while older ones leave at the top. */
  function settle(gone: number): void {
    const element = scroller.value
    if (!element) return
    if (following.value) element.scrollTop = element.scrollHeight
    else if (gone > 0) element.scrollTop -= gone * lineHeight
    lastTop = element.scrollTop
  }

  function onScroll(): void {
    const element = scroller.value
    if (!element) return
    const atEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - lineHeight
    // Only a scroll upwards is a reader's wish to stop: the end also moves away when output arrives.
    if (element.scrollTop < lastTop && !atEnd) following.value = false
    else if (atEnd) following.value = true
    lastTop = element.scrollTop
    look()
  }

  function follow(): void {
    following.value = true
    update()
  }

  function schedule(): void {
    if (frame === 0) frame = requestAnimationFrame(update)
  }

  onMounted(update)
  const stop = buffer.onChange(schedule)
  onScopeDispose(() => {
    stop()
    cancelAnimationFrame(frame)
  })

  return {
    scroller, total, dropped, first, shown,
    following: computed(() => following.value),
    onScroll, follow
  }
}

// The buffer changes its last line in place, and Vue renders a line again only when it is another object.
function copy(line: Line): Line {
  return line.kind === 'step' ? line : { ...line }
}
