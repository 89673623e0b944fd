/** Foxglove's published schemas as a rollout's file holds them: MCAP repeats schemas uncompressed at its end, where they weigh on short files. */
import { FrameTransforms, SceneUpdate } from '@foxglove/schemas/jsonschema.js'

/** Lists of an entity that stay empty in `sceneUpdate`: what would be in them is not described. */
const EMPTY_LISTS = ['arrows', 'spheres', 'triangles', 'texts', 'models']
/** Foxglove and Lichtblick ask for `properties` of every object. */
const anyObjects = { type: 'array', items: { type: 'object', properties: {} } }

export const sceneUpdateSchema = compact(SceneUpdate)
export const frameTransformsSchema = compact(FrameTransforms)

/** Without texts for people, but for the names of constants, which Foxglove reads. */
function compact(schema: object): object {
  const text = JSON.stringify(schema, function (this: object, key: string, value: unknown) {
    const isText = typeof value === 'string' && ['$comment', 'description', 'title'].includes(key)
    if (isText && !('const' in this)) return undefined
    return EMPTY_LISTS.includes(key) ? anyObjects : value
  })
  return JSON.parse(text)
}
