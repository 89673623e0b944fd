/**
 * Scenes of older versions of the format as the newest one. It works on the parsed JSON, before the schema, and only
 * adds or changes what it must, in place: whatever stays wrong is still found at its own line and column of the file.
 *
 * | version | what changed |
 * |---|---|
 * | 1 | hinges, `torque` actuators without a `type`, mass and inertia given |
 * | 2 | the complete format; actuators have a `type` |
 */
import { SCENE_VERSION } from './schema.ts'

type Json = Record<string, unknown>

/** From the version that is the key to the next. */
const MIGRATIONS: Record<number, (scene: Json) => void> = {
  1: (scene) => {
    if (!Array.isArray(scene.actuators)) return
    scene.actuators = scene.actuators.map((actuator: unknown) =>
      isObject(actuator) && !Object.hasOwn(actuator, 'type') ? { type: 'torque', ...actuator } : actuator,
    )
  },
}

export interface Migration {
  /** The document with `version` the newest, or as it was where it is no scene of an older version. */
  value: unknown
  /** The version that it was of; undefined where it has none that is known. */
  version?: number
  /** What stands in the way of reading it at all. */
  problem?: string
}

/** Brings a parsed document up to the newest version; the document given is left as it is. */
export function migrate(document: unknown): Migration {
  if (!isObject(document) || typeof document.version !== 'number') return { value: document }
  const { version } = document
  if (!Number.isInteger(version) || version < 1) return { value: document }
  if (version > SCENE_VERSION) {
    const problem = `This scene is of version ${version} of the format; this TorqueLab reads 1 to ${SCENE_VERSION}. Update TorqueLab.`
    return { value: document, problem }
  }
  const value: Json = { ...document }
  for (let from = version; from < SCENE_VERSION; from++) MIGRATIONS[from]?.(value)
  value.version = SCENE_VERSION
  return { value, version }
}

function isObject(value: unknown): value is Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
