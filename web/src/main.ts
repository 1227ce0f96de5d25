import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { createPageI18n } from './i18n'
import { router } from './router'
import './styles/element'
import './styles/tokens.css'
import './styles/base.css'
import { followColourScheme } from './styles/scheme'

followColourScheme()
createApp(App).use(createPinia()).use(createPageI18n()).use(router).mount('#app')
