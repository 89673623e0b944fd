/** Builds everything that runs in Node: the command line, the training worker and the library. Dependencies stay outside the bundles. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  build: {
    ssr: true,
    target: 'node20',
    outDir: 'dist/node',
    sourcemap: true,
    minify: false,
    rolldownOptions: {
      input: {
        cli: 'src/cli/main.ts',
        'training-worker': 'src/training/worker.ts',
        'verify-worker': 'src/host/verify-worker.ts',
        torquelab: 'src/index.ts',
      },
      output: { entryFileNames: '[name].js', chunkFileNames: 'shared/[name]-[hash].js' },
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What comes after a while comes late where other work fills the cores; the standard second is for idle ones.
    expect: { poll: { timeout: 30_000 } },
  },
})
