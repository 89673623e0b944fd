/** Policy files for benches. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../src/common/user-error.ts'
import type { Policy } from '../../src/policy/policy.ts'
import { readPolicy } from '../../src/policy/policy-file.ts'

/** The policies of these scenes in a folder and below, by their paths within it. Throws a UserError where there is none. */
export function readPolicies(folder: string, scenes: readonly string[]): [file: string, policy: Policy][] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError(`--policies: ${folder} is no folder.`)
  }
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.safetensors'),
  )
  const policies = files.sort().flatMap((file): [string, Policy][] => {
    const policy = readPolicy(readFileSync(path.join(folder, file)), path.join(folder, file))
    return scenes.includes(policy.specification.scene) ? [[file.replace(/\.safetensors$/, ''), policy]] : []
  })
  if (policies.length > 0) return policies
  throw new UserError(`--policies: ${folder} has no policy (.safetensors) of ${scenes.join(' or ')}.`)
}
