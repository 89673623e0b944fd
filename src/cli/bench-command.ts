/** `bench`: runs a measurement of bench/, each a program of its own, and passes on its output and exit code. */
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { suggestion } from '../common/nearest.ts'
import { UserError } from '../common/user-error.ts'
import { packageFile } from '../host/package.ts'

export function benchNames(): string[] {
  return readdirSync(packageFile('bench'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.basename(file, '.ts'))
    .sort()
}

/** `extra`: options of the bench's own, which it checks itself. Throws a UserError where there is no such bench. */
export async function runBench(name: string, options: { json?: boolean }, extra: readonly string[]): Promise<number> {
  const names = benchNames()
  if (!names.includes(name)) throw new UserError(`There is no bench called "${name}".${suggestion(name, names)}`)
  const args = [packageFile(path.join('bench', `${name}.ts`)), ...(options.json ? ['--json'] : []), ...extra]
  // With the same options of V8 as this process, or it would measure another speed.
  const child = spawn(process.execPath, [...process.execArgv, '--disable-warning=ExperimentalWarning', ...args], {
    stdio: 'inherit',
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolve) => {
    child.on('close', (code) => resolve(code ?? 1))
  })
}
