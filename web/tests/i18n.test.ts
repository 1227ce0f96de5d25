import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createI18n } from 'vue-i18n'
import { pickLanguage } from '../src/i18n'
import { en } from '../src/i18n/en'
import { zh } from '../src/i18n/zh'

const root = join(__dirname, '../src')

function keysOf(messages: object, prefix = ''): string[] {
  return Object.entries(messages).flatMap(([key, value]) =>
    typeof value === 'string' ? [prefix + key] : keysOf(value as object, `${prefix}${key}.`)
  )
}

function sources(folder: string): string {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== 'en.ts' && entry.name !== 'zh.ts')
    .map((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return sources(path)
      return /\.(ts|vue)$/.test(entry.name) ? readFileSync(path, 'utf8') : ''
    })
    .join('\n')
}

const source = sources(root)
const known = keysOf(en)
/** `state.${…}` and confirm.${…}Title as patterns. */
const patterns = [...source.matchAll(/`([a-z]\w*\.[\w.]*\$\{[^}`]+\}[\w.]*)`/g)].map((match) =>
  new RegExp(`^${(match[1] ?? '').replaceAll('.', '\\.').replace(/\$\{.*\}/, '\\w+')}$`)
)

describe('messages', () => {
  it('are the same in both languages', () => {
    expect(keysOf(zh).sort()).toEqual([...known].sort())
  })

  it('name the same parameters in both languages', () => {
    const parameters = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort()
    const read = (messages: object, key: string) =>
      key.split('.').reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], messages) as string
    for (const key of known) expect([key, parameters(read(zh, key))]).toEqual([key, parameters(read(en, key))])
  })

  it('are all used', () => {
    const unused = known.filter(
      (key) => !source.includes(`'${key}'`) && !patterns.some((pattern) => pattern.test(key))
    )
    expect(unused).toEqual([])
  })

  it('exist for every key that the source asks for', () => {
    const asked = [...source.matchAll(/\bt\(\s*'([^']+)'/g)].map((match) => match[1] ?? '')
    expect(asked.length).toBeGreaterThan(50)
    expect(asked.filter((key) => !known.includes(key))).toEqual([])
  })

  it.each(['en', 'zh'] as const)('compile in %s', (locale) => {
    const { t } = createI18n({ legacy: false, locale, messages: { en, zh } }).global
    for (const key of known) expect(t(key, { count: 2 }, 2)).not.toMatch(/[{}|]/)
  })
})

describe('the language', () => {
  it('is the remembered one, else the first that the browser wants and the page speaks', () => {
    expect(pickLanguage('zh', ['en'])).toBe('zh')
    expect(pickLanguage(null, ['fr-FR', 'zh-TW', 'en'])).toBe('zh')
    expect(pickLanguage('klingon', ['en-GB', 'zh'])).toBe('en')
    expect(pickLanguage(null, ['fr'])).toBe('en')
  })
})
