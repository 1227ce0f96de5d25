import { describe, expect, it } from 'vitest'
import { LineBuffer, maxLineLength, type Line } from '../src/lib/lineBuffer'

const esc = '\u001b'

function text(line: Line | undefined): string {
  if (line === undefined) return ''
  return line.kind === 'step' ? `[${line.step}]` : line.spans.map((span) => span.text).join('')
}

function shown(...chunks: string[]): string[] {
  const buffer = new LineBuffer()
  for (const chunk of chunks) buffer.append('stdout', chunk)
  return buffer.lines.map(text)
}

describe('LineBuffer', () => {
  it('splits at newlines, keeps empty lines, and joins a line that arrives in pieces', () => {
    expect(shown('one\n\ntw', 'o\nthree')).toEqual(['one', '', 'two', 'three'])
  })

  it('replaces a progress line at a carriage return', () => {
    expect(shown('10%\r20%\r', '30%', '\ndone')).toEqual(['30%', 'done'])
  })

  it('takes \\r\\n as one newline, also when it is cut in two', () => {
    expect(shown('a\r\nb\r', '\nc')).toEqual(['a', 'b', 'c'])
  })

  it('keeps a progress line when nothing follows its carriage return', () => {
    expect(shown('100%\r')).toEqual(['100%'])
  })

  it('turns colours into classes and drops every other escape', () => {
    const buffer = new LineBuffer()
    buffer.append('stdout', `${esc}[1;31mred${esc}[0m plain${esc}[2K${esc}]0;title\u0007 end${esc}[38;5;9m!`)
    expect(buffer.lines).toEqual([
      { kind: 'stdout', spans: [{ text: 'red', class: 'ansi-red ansi-bold' }, { text: ' plain end!', class: '' }] }
    ])
  })

  it('waits for the rest of an escape that is cut in two', () => {
    const buffer = new LineBuffer()
    buffer.append('stdout', `a${esc}[3`)
    buffer.append('stdout', '2mgreen')
    expect(buffer.lines).toEqual([
      { kind: 'stdout', spans: [{ text: 'a', class: '' }, { text: 'green', class: 'ansi-green' }] }
    ])
  })

  it('does not hold back output behind an escape that never ends', () => {
    expect(shown(`${esc}]${'x'.repeat(600)}\nnext`).at(-1)).toBe('next')
  })

  it('drops control characters and keeps tabs', () => {
    expect(shown('a\u0007\tb\u0000c')).toEqual(['a\tbc'])
  })

  it('starts a new line when the other stream cuts in', () => {
    const buffer = new LineBuffer()
    buffer.append('stdout', 'half')
    buffer.append('stderr', 'oops\n')
    buffer.append('stdout', 'rest')
    expect(buffer.lines.map((line) => [line.kind, text(line)])).toEqual([
      ['stdout', 'half'], ['stderr', 'oops'], ['stdout', 'rest']
    ])
  })

  it('stays bounded and counts what it left out', () => {
    const buffer = new LineBuffer(100)
    for (let i = 0; i < 1000; i++) buffer.append('stdout', `line ${String(i)}\n`)
    expect(buffer.lines.length).toBeLessThanOrEqual(100)
    expect(buffer.dropped + buffer.lines.length).toBe(1000)
    expect(text(buffer.lines.at(-1))).toBe('line 999')
  })

  it('cuts an endless line once, however it arrives', () => {
    const buffer = new LineBuffer()
    for (let i = 0; i < 100; i++) buffer.append('stdout', 'x'.repeat(1000))
    expect(text(buffer.lines[0]).length).toBe(maxLineLength + 1)
    expect(text(buffer.lines[0]).endsWith('x…')).toBe(true)
  })

  it('cuts a line whose first piece fits exactly', () => {
    const buffer = new LineBuffer()
    buffer.append('stdout', 'x'.repeat(maxLineLength))
    buffer.append('stdout', 'y')
    expect(text(buffer.lines[0]).length).toBe(maxLineLength + 1)
    expect(text(buffer.lines[0]).endsWith('x…')).toBe(true)
  })

  it('marks the border of a step', () => {
    const buffer = new LineBuffer()
    buffer.append('stdout', 'x')
    buffer.beginStep('switch')
    expect(buffer.lines.map(text)).toEqual(['x', '[switch]'])
  })

  it('tells its listeners until they leave', () => {
    const buffer = new LineBuffer()
    let changes = 0
    const leave = buffer.onChange(() => changes++)
    buffer.append('stdout', 'a')
    leave()
    buffer.append('stdout', 'b')
    expect(changes).toBe(1)
  })
})
