/** Scenes by name or by path. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { suggestion } from '../common/nearest.ts'
import { messageOf, UserError } from '../common/user-error.ts'
import { loadScene, MAX_SCENE_LENGTH } from '../scene/load.ts'
import type { Scene } from '../scene/schema.ts'
import { loadSceneTraining, type SceneTraining, trainingFileOf } from '../training/scene-training.ts'
import { packageFile } from './package.ts'

const TRAINING_ENDING = '.training.json'

/** A built-in scene as lists show it. */
export interface BuiltInScene {
  name: string
  file: string
  description: string
}

/** A built-in's name, or a file's path (anything with a slash or ending in .json). `source` says which it was. */
export function openScene(nameOrPath: string): { scene: Scene; source: string } {
  if (isPath(nameOrPath))
    return { scene: loadScene(readSceneText(nameOrPath), nameOrPath), source: path.resolve(nameOrPath) }
  const names = builtInNames()
  if (!names.includes(nameOrPath)) {
    const hint = suggestion(nameOrPath, names)
    throw new UserError(
      `There is no built-in scene called "${nameOrPath}".${hint} For a scene of your own, give the file's path (./${nameOrPath}.json).`,
    )
  }
  const file = builtInFile(nameOrPath)
  return { scene: loadScene(readSceneText(file), file), source: nameOrPath }
}

/** How the scene that `openScene` takes is trained; undefined where there is no training file beside it. Throws a UserError for one that is wrong. */
export function openSceneTraining(nameOrPath: string): SceneTraining | undefined {
  const file = trainingFileOf(isPath(nameOrPath) ? nameOrPath : builtInFile(nameOrPath))
  return existsSync(file) ? loadSceneTraining(readSceneText(file), file) : undefined
}

function isPath(nameOrPath: string): boolean {
  return /[\\/]/.test(nameOrPath) || nameOrPath.endsWith('.json')
}

/** A scene file's text; throws a UserError that names the file when it cannot be read. */
export function readSceneText(file: string): string {
  try {
    const status = statSync(file)
    if (status.isDirectory()) throw new UserError(`${file}: this is a folder; give the path of a scene file (.json).`)
    if (status.size > 4 * MAX_SCENE_LENGTH)
      throw new UserError(`${file}: the file is larger than any scene; give the path of a scene file (.json).`)
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof UserError) throw error
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new UserError(`${file}: there is no such file. Check the path.`)
    throw new UserError(`${file}: the file cannot be read: ${messageOf(error)}.`)
  }
}

/** The built-in scenes, sorted by name. */
export function listScenes(): BuiltInScene[] {
  return builtInNames().map((name) => {
    const file = builtInFile(name)
    return { name, file, description: loadScene(readSceneText(file), file).description ?? '' }
  })
}

/** Names of the built-in scenes, sorted; their files are not read. */
export function builtInNames(): string[] {
  return readdirSync(packageFile('scenes'))
    .filter((file) => file.endsWith('.json') && !file.endsWith(TRAINING_ENDING))
    .map((file) => path.basename(file, '.json'))
    .sort()
}

/** The file of a built-in scene. */
export function builtInFile(name: string): string {
  return packageFile(path.join('scenes', `${name}.json`))
}

/** The file of the policy that is shipped for a built-in scene; undefined where there is none. */
export function shippedPolicy(name: string): Buffer | undefined {
  if (!builtInNames().includes(name)) return undefined
  const file = packageFile(path.join('assets', 'policies', `${name}.safetensors`))
  return existsSync(file) ? readFileSync(file) : undefined
}
