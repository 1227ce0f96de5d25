import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [vue()],
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_I18N_LEGACY_API__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __INTLIFY_PROD_DEVTOOLS__: false
  },
  build: {
    outDir: process.env.SLIPWAY_WEB_OUT ?? 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // The content security policy allows no data: addresses, so nothing is inlined.
    assetsInlineLimit: 0,
    reportCompressedSize: false
  },
  server: {
    // The browser's Host is passed on: the server compares it with the Origin of each change.
    proxy: {
      '/api': { target: 'http://127.0.0.1:8082', changeOrigin: false },
      '/healthz': { target: 'http://127.0.0.1:8082', changeOrigin: false }
    }
  },
  test: {
    include: ['tests/**/*.test.ts']
  }
})
