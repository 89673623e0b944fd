/** Builds the window: one page for Electron and for the browser, for Chrome 114 and newer. */
import { defineConfig } from 'vite'

export default defineConfig({
  root: 'src/ui',
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'chrome114',
    outDir: '../../dist/ui',
    emptyOutDir: true,
    sourcemap: true,
    // The page has a strict content security policy: nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 4000,
  },
  worker: { format: 'es' },
})
