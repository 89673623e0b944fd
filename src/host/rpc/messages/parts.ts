/** What messages of all areas are made of. */
import * as z from 'zod'
import { MAX_SEED } from '../../../common/random.ts'
import { MAX_SCENE_LENGTH } from '../../../scene/limits.ts'

/** A name that is one folder or file, and never leads out of one. */
export const plainName = z
  .string()
  .max(120)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'a name of letters, digits, _ . and -')
export const seed = z.int().min(0).max(MAX_SEED)
export const finite = z.number()
export const sceneId = z.string().max(4096)
export const sceneText = z.string().max(MAX_SCENE_LENGTH)
export const nothing = z.strictObject({})
export const done = z.object({})

/** One request: what comes with it, and what it is answered with. */
export const define = <Params extends z.ZodType, Answer extends z.ZodType>(params: Params, answer: Answer) => ({
  params,
  answer,
})
