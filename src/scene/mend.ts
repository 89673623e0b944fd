/**
 * Looks past mistakes that the schema found, so that those in names, numbers and formulas are named in the same go:
 * puts harmless values where wrong ones stand. Nothing mended is ever simulated.
 */
import type * as z from 'zod'
import type { JsonPath } from './json-document.ts'
import { type Scene, sceneSchema } from './schema.ts'
import { acceptsAt } from './schema-lookup.ts'

export interface Mended {
  scene: Scene
  /** Whether something was changed near a path: what is wrong there may be of our making. */
  isNear(path: JsonPath): boolean
}

/** Keys whose values other parts of a scene lean on: where one is wrong, nothing can be said of those parts. */
const LEANED_ON = ['name', 'kind', 'type', 'parent', 'child', 'joint', 'body', 'with', 'coordinate']

/** Values tried in place of a wrong one, the plainest first; undefined takes the key away. */
const CANDIDATES: readonly unknown[] = [undefined, 1, 0.05, '0', [0, 1], false]

/** The document without what the issues complain of; undefined where that would change what other parts mean. */
export function mend(document: unknown, issues: readonly z.core.$ZodIssue[]): Mended | undefined {
  const copy: unknown = structuredClone(document)
  const touched: JsonPath[] = []
  for (const issue of issues) {
    const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path]
    for (const path of paths) {
      // At the top and in the task, a key that is missing or not known may hold what formulas name; the time limit may not.
      const isTimeLimit = path[0] === 'task' && path[1] === 'maxSteps'
      if (path.length < 3 && path[0] !== 'world' && !isTimeLimit) return undefined
      if (path.includes('constants')) return undefined
      const key = path.at(-1)!
      if (issue.code !== 'unrecognized_keys' && LEANED_ON.includes(String(key))) return undefined
      const parent = path.slice(0, -1).reduce<unknown>((value, part) => {
        return value === null || typeof value !== 'object' ? undefined : Reflect.get(value, part)
      }, copy)
      if (parent === null || typeof parent !== 'object') return undefined
      if (issue.code === 'unrecognized_keys') Reflect.deleteProperty(parent, key)
      else {
        const value = CANDIDATES.findIndex((candidate) => acceptsAt(path, document, candidate))
        if (value < 0) return undefined
        if (CANDIDATES[value] === undefined) Reflect.deleteProperty(parent, key)
        else Reflect.set(parent, key, structuredClone(CANDIDATES[value]))
      }
      touched.push(path)
    }
  }
  const parsed = sceneSchema.safeParse(copy)
  if (!parsed.success) return undefined
  const entries = new Set(touched.map(entryOf))
  return { scene: parsed.data, isNear: (path) => entries.has(entryOf(path)) }
}

/** The entry that a path lies in: a body, a joint, a reward term; or the world. */
function entryOf(path: JsonPath): string {
  const depth = path[0] === 'task' ? 3 : path[0] === 'world' ? 1 : 2
  return path.slice(0, depth).map(String).join('.')
}
