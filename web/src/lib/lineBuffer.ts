// The lines of one node's output, as a terminal would show them: `\r` starts the line again, colour
// escapes become spans, other escapes vanish. Bounded: the oldest lines go first and are counted,
// and an endless line is cut. Plain data outside Vue's reactivity; listeners hear of every change.
import { applySgr, className, plain, readEscape, type Style } from './ansi'
import type { OutputEvent, StepName, StepState } from '../api/types'

export interface Span {
  text: string
  class: string
}

export interface TextLine {
  kind: OutputEvent['stream']
  spans: Span[]
}

export interface StepLine {
  kind: 'step'
  step: StepName
  /** null: the step begins here; otherwise how it ended. */
  ended: StepState | null
  exitCode: number | null
}

export type Line = TextLine | StepLine

export const maxLines = 5000
export const maxLineLength = 4000

export class LineBuffer {
  readonly lines: Line[] = []
  /** How many lines were left out at the top. */
  dropped = 0

  private open: TextLine | null = null
  private openLength = 0
  private restart = false
  private rest = ''
  private style: Style = plain
  private readonly listeners = new Set<() => void>()

  constructor(private readonly limit = maxLines) {}

  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  append(kind: OutputEvent['stream'], text: string): void {
    if (this.open && this.open.kind !== kind) this.endLine()
    this.write(kind, this.rest + text)
    this.trim()
    this.changed()
  }

  beginStep(step: StepName): void {
    this.pushStep({ kind: 'step', step, ended: null, exitCode: null })
  }

  endStep(step: StepName, ended: StepState, exitCode: number | null): void {
    this.pushStep({ kind: 'step', step, ended, exitCode })
  }

  private pushStep(line: StepLine): void {
    this.endLine()
    this.lines.push(line)
    this.trim()
    this.changed()
  }

  private write(kind: OutputEvent['stream'], text: string): void {
    this.rest = ''
    let at = 0
    while (at < text.length) {
      const length = text.slice(at).search(/[\u0000-\u0008\u000a-\u001f\u007f]/)
      const end = length < 0 ? text.length : at + length
      if (end > at) this.put(kind, text.slice(at, end))
      if (end === text.length) return
      const used = this.control(kind, text, end)
      if (used === 0) {
        this.rest = text.slice(end)
        return
      }
      at = end + used
    }
  }

  /** Handles the control character at `at`; how many characters that took, 0 when more must arrive first. */
  private control(kind: OutputEvent['stream'], text: string, at: number): number {
    const character = text[at]
    if (character === '\n') {
      this.openLine(kind)
      this.endLine()
    } else if (character === '\r') {
      // Only what follows tells a progress line from the first half of "\r\n".
      this.restart = true
    } else if (character === '\u001b') {
      const found = readEscape(text.slice(at, at + 512))
      if (found === null) return 0
      if (found.sgr !== null) this.style = applySgr(this.style, found.sgr)
      return found.length
    }
    return 1
  }

  private put(kind: OutputEvent['stream'], text: string): void {
    const line = this.openLine(kind)
    if (this.restart) {
      line.spans = []
      this.openLength = 0
      this.restart = false
    }
    const room = maxLineLength - this.openLength
    this.openLength += text.length
    if (room < 0) return
    const cut = text.length > room ? `${text.slice(0, room)}…` : text
    addSpan(line.spans, cut, className(this.style))
  }

  private openLine(kind: OutputEvent['stream']): TextLine {
    if (this.open === null) {
      this.open = { kind, spans: [] }
      this.openLength = 0
      this.lines.push(this.open)
    }
    return this.open
  }

  private endLine(): void {
    this.open = null
    this.restart = false
    this.rest = ''
  }

  // Drops a tenth at a time: removing the head of an array for each line would cost its whole length.
  private trim(): void {
    if (this.lines.length <= this.limit) return
    const excess = this.lines.length - this.limit + Math.floor(this.limit / 10)
    this.lines.splice(0, excess)
    this.dropped += excess
  }

  private changed(): void {
    for (const listener of this.listeners) listener()
  }
}

function addSpan(spans: Span[], text: string, style: string): void {
  const last = spans.at(-1)
  if (last?.class === style) last.text += text
  else spans.push({ text, class: style })
}
