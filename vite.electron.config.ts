/** Builds Electron's main process and its preload script as CommonJS, for the Node 18 of the oldest Electron and newer. */
import { defineConfig } from 'vite'

export default defineConfig({
  // Packages with native or WebAssembly parts stay outside; all else is bundled, since some of it exists as ES modules only.
  ssr: { noExternal: true, external: ['electron'] },
  build: {
    ssr: true,
    target: 'node18',
    outDir: 'dist/electron',
    sourcemap: true,
    minify: false,
    rolldownOptions: {
      input: { main: 'electron/main.ts', preload: 'electron/preload.ts' },
      external: ['electron', /^@tensorflow\//, /^@dimforge\//, /^@foxglove\/wasm-zstd/],
      output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'shared/[name]-[hash].cjs' },
    },
  },
})
