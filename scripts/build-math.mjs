// `npm run build:math`: compiles the functions whose bits differ between JavaScript engines (src/common/exact-math/assembly,
// AssemblyScript) to WebAssembly, and writes it as text into math-binary.ts, which is committed. A test holds it against the sources.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'
import { projectRoot } from './lib/project.mjs'

const folder = join(projectRoot, 'src', 'common', 'exact-math')
const binaryFile = join(folder, 'math-binary.ts')

/** The text of math-binary.ts as the sources have it now. */
export async function mathBinaryText() {
  /** @type {Uint8Array | undefined} */
  let binary
  const { error, stderr } = await asc.main(
    [
      join('assembly', 'index.ts'),
      ...['--baseDir', folder, '--outFile', 'math.wasm'],
      ...['--runtime', 'stub', '--noAssert', '--use', 'abort=', '-O3', '--converge'],
    ],
    {
      writeFile: (name, contents) => {
        if (name === 'math.wasm' && typeof contents !== 'string') binary = contents
      },
    },
  )
  if (error || !binary) throw new Error(`The functions do not compile: ${stderr.toString() || error?.message}`)
  return `// Made by "npm run build:math" from assembly/; do not edit.

/** WebAssembly, base64. */
export const MATH =
  '${Buffer.from(binary).toString('base64')}'
`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = await mathBinaryText()
  writeFileSync(binaryFile, text)
  console.log(`${binaryFile}: ${text.length} bytes`)
}
