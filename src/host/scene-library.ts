/**
 * The scenes that windows may ask for: the built-ins, files that their owner opened, and the copies that runs keep. Windows
 * know them by id, never by path.
 */

import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { messageOf, UserError } from '../common/user-error.ts'
import type { Scene } from '../scene/schema.ts'
import { RunFolder } from '../training/run-folder.ts'
import type { SceneEntry } from './rpc/contract.ts'
import type { SceneStore } from './scene-store.ts'
import { builtInFile, builtInNames, listScenes, openScene, readSceneText } from './scenes.ts'

export interface SceneLibrary {
  list(): SceneEntry[]
  read(id: string): Scene
  /** Adds a file that its owner chose; throws a UserError where it is no scene. One with problems can be edited. */
  open(file: string): SceneEntry
  /** The text of a scene's file, which may have any problem. */
  text(id: string): string
  /**
   * Writes a scene's text: to the file of an id, or as a new one by name. Throws a UserError where the id is no file's, or the
   * name is taken.
   */
  save(target: { id: string } | { name: string }, text: string): SceneEntry
  /** The scene's id among the listed ones, where one is equal to it. */
  idOfEqual(scene: Scene): string | undefined
  /** The id of a run's own copy. */
  idOfRun(run: string): string
  /** What `openScene` takes for an id: a built-in's name or a chosen file's path. */
  pathOf(id: string): string
}

const RUN_ID = /^run:([A-Za-z0-9][A-Za-z0-9_.-]*)$/

export function createSceneLibrary(
  runsFolder: string,
  store: SceneStore,
  recentScenes: () => readonly string[] = () => [],
): SceneLibrary {
  const files = new Map<string, string>()

  const pathOf = (id: string): string => {
    const file = files.get(id)
    if (file !== undefined) return file
    if (builtInNames().includes(id)) return id
    const run = RUN_ID.exec(id)?.[1]
    if (run !== undefined) return RunFolder.open(runsFolder, run).path('scene.json')
    throw new UserError(`There is no scene "${id}" here; open its file first.`)
  }
  const entryOf = (id: string, { name, description = '' }: Pick<Scene, 'name' | 'description'>): SceneEntry => ({
    id,
    name,
    description,
    source: 'file',
    file: path.basename(pathOf(id)),
    ...changedAt(pathOf(id)),
  })

  const register = (file: string): string => {
    const known = [...files].find(([, opened]) => opened === file)?.[0]
    const id = known ?? `file-${files.size + 1}`
    files.set(id, file)
    return id
  }
  /** Of a file that may be broken by now: it then goes by its file's name. */
  const entryOfFile = (id: string): SceneEntry => {
    try {
      return entryOf(id, openScene(pathOf(id)).scene)
    } catch (error) {
      const name = path.basename(pathOf(id), '.json')
      return entryOf(id, { name, description: `It has problems: ${messageOf(error)}` })
    }
  }

  return {
    list() {
      for (const file of [...store.files(), ...recentScenes()]) register(path.resolve(file))
      const own = [...files.keys()].filter((id) => existsSync(pathOf(id))).map(entryOfFile)
      return [
        ...listScenes().map(
          ({ name, description }): SceneEntry => ({ id: name, name, description, source: 'built-in' }),
        ),
        ...own.sort((a, b) => (b.changedAt ?? '').localeCompare(a.changedAt ?? '')),
      ]
    },
    text(id) {
      const where = pathOf(id)
      return readSceneText(builtInNames().includes(where) ? builtInFile(where) : where)
    },
    save(target, text) {
      let file: string
      if ('id' in target) {
        const known = files.get(target.id)
        if (known === undefined) throw new UserError('This scene is not a file of yours; save it under a name.')
        file = known
      } else {
        file = path.resolve(store.fileOf(target.name))
        if (existsSync(file) || builtInNames().includes(target.name))
          throw new UserError(`There is a scene called "${target.name}" already; choose another name.`)
      }
      store.write(file, text)
      return entryOfFile(register(file))
    },
    read: (id) => openScene(pathOf(id)).scene,
    open(file) {
      const resolved = path.resolve(file)
      if (!isSceneFile(resolved)) openScene(resolved)
      return entryOfFile(register(resolved))
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

/** When a file was written last; nothing where it cannot be asked. */
function changedAt(file: string): { changedAt?: string } {
  const status = statSync(file, { throwIfNoEntry: false })
  return status ? { changedAt: status.mtime.toISOString() } : {}
}

/** Whether a file says that it is a scene, whatever may be wrong in it. */
function isSceneFile(file: string): boolean {
  try {
    return JSON.parse(readSceneText(file))?.format === 'torquelab-scene'
  } catch {
    // Opening it says why.
    return false
  }
}
