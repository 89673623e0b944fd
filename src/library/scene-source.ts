/** What the library takes for a scene: a built-in's name, a file's path, or the scene itself. */
import { UserError } from '../common/user-error.ts'
import { openScene } from '../host/scenes.ts'
import { validateScene } from '../scene/load.ts'
import type { Scene } from '../scene/schema.ts'

/** A built-in scene's name (`hopper`), a scene file's path (anything with a slash or ending in .json), or a scene object of any version of the format. */
export type SceneSource = string | Scene | { readonly [key: string]: unknown }

/** The validated scene. Throws a UserError that says what is wrong with it, where, and how to mend it. */
export function resolveScene(source: SceneSource): Scene {
  if (typeof source === 'string') return openScene(source).scene
  if (source === null || typeof source !== 'object') {
    throw new UserError(`A scene is a built-in's name, a file's path or a scene object; this is ${String(source)}.`)
  }
  const { scene, problems } = validateScene(textOf(source))
  if (scene) return scene
  const [first, ...others] = problems
  const place = first?.path ? `${first.path}: ` : ''
  const more = others.length > 0 ? ` (and ${others.length} more problem${others.length > 1 ? 's' : ''})` : ''
  throw new UserError(`The scene object cannot be used: ${place}${first?.message}${more}`)
}

function textOf(source: object): string {
  try {
    // JSON would turn NaN and infinities into null without a word.
    return JSON.stringify(source, (key, value) => {
      if (typeof value !== 'number' || Number.isFinite(value)) return value
      throw new UserError(`The scene object cannot be used: "${key}" is ${value}; it must be a finite number.`)
    })
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError('The scene object cannot be used: it is no JSON (it refers to itself, or holds a bigint).')
  }
}
