import { createI18n } from 'vue-i18n'
import { en } from './en'
import { zh } from './zh'

export type Language = 'en' | 'zh'
export const languages: Record<Language, string> = { en: 'English', zh: '中文' }

const storageKey = 'slipway.language'

/** The remembered choice, else the first of the browser's languages that the page speaks, else English. */
export function pickLanguage(remembered: string | null, preferred: readonly string[]): Language {
  if (remembered === 'en' || remembered === 'zh') return remembered
  for (const tag of preferred) {
    const language = tag.toLowerCase().split('-')[0]
    if (language === 'en' || language === 'zh') return language
  }
  return 'en'
}

/** What Intl and the lang attribute want. */
export function localeTag(language: Language): string {
  return language === 'zh' ? 'zh-CN' : 'en'
}

export function createPageI18n() {
  const language = pickLanguage(read(), [navigator.language, ...navigator.languages])
  const i18n = createI18n({ legacy: false, locale: language, fallbackLocale: 'en', messages: { en, zh } })
  document.documentElement.lang = localeTag(language)
  return i18n
}

export function remember(language: Language): void {
  document.documentElement.lang = localeTag(language)
  // Storage can be forbidden; the choice then lasts for this visit.
  try {
    localStorage.setItem(storageKey, language)
  } catch {
    return
  }
}

function read(): string | null {
  try {
    return localStorage.getItem(storageKey)
  } catch {
    return null
  }
}
