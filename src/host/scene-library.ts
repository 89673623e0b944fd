/**
 * The scenes that windows may ask for: the built-ins, files that their owner opened, and the copies that runs keep. Windows
 * know them by id, never by path.
 */

import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { UserError } from '../common/user-error.ts'
import type { Scene } from '../scene/schema.ts'
import { RunFolder } from '../training/run-folder.ts'
import type { SceneEntry } from './rpc/contract.ts'
import { builtInNames, listScenes, openScene } from './scenes.ts'

export interface SceneLibrary {
  list(): SceneEntry[]
  read(id: string): Scene
  /** Adds a file that its owner chose; throws a UserError where it is no valid scene. */
  open(file: string): SceneEntry
  /** The scene's id among the listed ones, where one is equal to it. */
  idOfEqual(scene: Scene): string | undefined
  /** The id of a run's own copy. */
  idOfRun(run: string): string
  /** What `openScene` takes for an id: a built-in's name or a chosen file's path. */
  pathOf(id: string): string
}

const RUN_ID = /^run:([A-Za-z0-9][A-Za-z0-9_.-]*)$/

export function createSceneLibrary(runsFolder: string): SceneLibrary {
  const files = new Map<string, string>()

  const pathOf = (id: string): string => {
    const file = files.get(id)
    if (file !== undefined) return file
    if (builtInNames().includes(id)) return id
    const run = RUN_ID.exec(id)?.[1]
    if (run !== undefined) return RunFolder.open(runsFolder, run).path('scene.json')
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
    idOfEqual: (scene) =>
      [...builtInNames(), ...files.keys()].find((id) => {
        try {
          return isDeepStrictEqual(openScene(pathOf(id)).scene, scene)
        } catch {
          // A file that was opened may be broken by now.
          return false
        }
      }),
    idOfRun: (run) => `run:${run}`,
    pathOf,
  }
}
