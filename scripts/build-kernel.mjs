// `npm run build:kernel`: compiles the learner's kernel (src/agent/kernel/assembly, AssemblyScript) to WebAssembly, plain
// and with relaxed SIMD, and writes both as text into src/agent/kernel/kernel-binary.ts, which is committed: the bits of
// training are the kernel's, so they are pinned with the sources. A test holds the file against the sources.
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'
import { projectRoot } from './lib/project.mjs'

// Above the kernel: it shares the file of constants with the other engines.
const folder = join(projectRoot, 'src', 'agent')
const binaryFile = join(folder, 'kernel', 'kernel-binary.ts')

/**
 * The kernel, compiled. `edit` may change a source on its way to the compiler: tests plant errors with it.
 * @param {boolean} relaxedSimd
 * @param {(name: string, source: string) => string} [edit]
 * @returns {Promise<Uint8Array>}
 */
export async function compileKernel(relaxedSimd, edit = (_, source) => source) {
  /** @type {Uint8Array | undefined} */
  let binary
  const features = ['simd', 'threads', ...(relaxedSimd ? ['relaxed-simd'] : [])]
  const { error, stderr } = await asc.main(
    [
      'kernel/assembly/index.ts',
      ...['--baseDir', folder, '--outFile', 'kernel.wasm', '--enable', features.join(',')],
      // No allocator and no checks: memory is laid out by the engine, and every access is within it.
      ...['--runtime', 'stub', '--noAssert', '--use', 'abort=', '-O3', '--converge'],
      // Shared with the engine and the helping threads; its real size is the engine's choice, up to 4 GiB.
      ...['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
    ],
    {
      readFile: (name, baseDir) => {
        let source
        try {
          source = readFileSync(join(baseDir, name), 'utf8')
        } catch {
          // The compiler asks for files to learn whether they exist.
          return null
        }
        return edit(basename(name), source)
      },
      writeFile: (name, contents) => {
        if (name === 'kernel.wasm' && typeof contents !== 'string') binary = contents
      },
    },
  )
  if (error || !binary) throw new Error(`The kernel does not compile: ${stderr.toString() || error?.message}`)
  return binary
}

/** The text of kernel-binary.ts as the sources have it now. */
export async function kernelBinaryText() {
  const text = async (/** @type {boolean} */ relaxed) => Buffer.from(await compileKernel(relaxed)).toString('base64')
  return `// Made by "npm run build:kernel" from assembly/; do not edit.

/** The kernel with plain SIMD: WebAssembly, base64. */
export const KERNEL =
  '${await text(false)}'

/** The same with relaxed SIMD. */
export const KERNEL_RELAXED =
  '${await text(true)}'
`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = await kernelBinaryText()
  writeFileSync(binaryFile, text)
  console.log(`${binaryFile}: ${text.length} bytes`)
}
