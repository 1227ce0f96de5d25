// Colours of SGR escapes as class names. Every other escape sequence is dropped.

export interface Style {
  colour: string
  bold: boolean
}

export const plain: Style = { colour: '', bold: false }

const names = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']

/** The style after `ESC [ parameters m`. */
export function applySgr(style: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map((code) => Number(code === '' ? 0 : code))
  let next = style
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0
    // 38;5;N and 38;2;R;G;B choose from a palette that the page does not have: keep the text, skip the numbers.
    if (code === 38 || code === 48) i += codes[i + 1] === 5 ? 2 : 4
    else next = applyCode(next, code)
  }
  return next
}

function applyCode(style: Style, code: number): Style {
  if (code === 0) return plain
  if (code === 1) return { ...style, bold: true }
  if (code === 22) return { ...style, bold: false }
  if (code === 39) return { ...style, colour: '' }
  if (code >= 30 && code <= 37) return { ...style, colour: names[code - 30] ?? '' }
  if (code >= 90 && code <= 97) return { ...style, colour: names[code - 90] ?? '' }
  return style
}

export function className(style: Style): string {
  const colour = style.colour === '' ? '' : `ansi-${style.colour}`
  return style.bold ? `${colour} ansi-bold`.trim() : colour
}

// A complete escape at the start of the text: CSI, OSC (ended by BEL or ESC \), or two characters.
const escape = /^\u001b(?:\[([0-?]*)[ -/]*([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[ -/]+[0-~]|[0-Z\\^-~])/

export interface Escape {
  length: number
  /** The parameters of a colour sequence, null for everything else. */
  sgr: string | null
}

/** The escape at the start of `text`, or null when its end has not arrived. */
export function readEscape(text: string): Escape | null {
  const match = escape.exec(text)
  if (match) return { length: match[0].length, sgr: match[2] === 'm' ? (match[1] ?? '') : null }
  // An escape that never ends must not hold back the output behind it.
  return text.length > 256 ? { length: 1, sgr: null } : null
}
