import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { localeTag, remember, type Language } from '../i18n'

export function useLanguage() {
  const { locale } = useI18n({ useScope: 'global' })
  const language = computed<Language>({
    get: () => locale.value as Language,
    set: (value) => {
      locale.value = value
      remember(value)
    }
  })
  const tag = computed(() => localeTag(language.value))
  return { language, tag }
}
