/** The scenes that windows may ask for: the built-ins, and files that their owner opened. Windows know them by id, never by path. */
import path from 'node:path'
import { UserError } from '../common/user-error.ts'
import type { Scene } from '../scene/schema.ts'
import type { SceneEntry } from './rpc/contract.ts'
import { builtInNames, listScenes, openScene } from './scenes.ts'

export interface SceneLibrary {
  list(): SceneEntry[]
  read(id: string): Scene
  /** Adds a file that its owner chose; throws a UserError where it is no valid scene. */
  open(file: string): SceneEntry
  /** What `openScene` takes for an id: a built-in's name or a chosen file's path. */
  pathOf(id: string): string
}

export function createSceneLibrary(): SceneLibrary {
  const files = new Map<string, string>()

  const pathOf = (id: string): string => {
    const file = files.get(id)
    if (file !== undefined) return file
    if (builtInNames().includes(id)) return id
    throw new UserError(`There is no scene "${id}" here; open its file first.`)
  }
  const entryOf = (id: string, { name, description = '' }: Scene): SceneEntry => ({
    id,
    name,
    description,
    source: 'file',
  })

  return {
    list: () => [
      ...listScenes().map(({ name, description }): SceneEntry => ({ id: name, name, description, source: 'built-in' })),
      ...[...files.keys()].map((id) => entryOf(id, openScene(pathOf(id)).scene)),
    ],
    read: (id) => openScene(pathOf(id)).scene,
    open(file) {
      const resolved = path.resolve(file)
      const { scene } = openScene(resolved)
      const known = [...files].find(([, opened]) => opened === resolved)?.[0]
      const id = known ?? `file-${files.size + 1}`
      files.set(id, resolved)
      return entryOf(id, scene)
    },
    pathOf,
  }
}
