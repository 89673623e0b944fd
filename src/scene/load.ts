/**
 * From a scene file's text to a valid scene, or to every problem in it at once, each with its line, column and remedy.
 * This is the only way in: what passes here can be simulated.
 */
import type * as z from 'zod'
import { suggestion } from '../common/nearest.ts'
import { formatProblem, type Problem, UserError } from '../common/user-error.ts'
import { formatPath, type JsonDocument, type JsonPath, parseJson } from './json-document.ts'
import { checkReferences } from './references.ts'
import { type Scene, sceneSchema } from './schema.ts'
import { descriptionAt, keysAt, valueAt, variantsAt } from './schema-lookup.ts'
import { compileTask } from './task.ts'

/** Largest scene file read, in characters. */
export const MAX_SCENE_LENGTH = 4_000_000

export interface SceneValidation {
  /** Present when there are no problems. */
  scene?: Scene
  problems: Problem[]
}

/** Validates a scene file's text: JSON, then the schema, then names, references and formulas together; each stage needs the one before. */
export function validateScene(text: string): SceneValidation {
  if (text.length > MAX_SCENE_LENGTH) {
    const message = `The file has more than ${MAX_SCENE_LENGTH} characters; no scene needs that many.`
    return { problems: [{ path: '', line: 1, column: 1, message }] }
  }
  const { document, problems } = parseJson(text)
  if (!document || problems.length > 0) return { problems }
  const parsed = sceneSchema.safeParse(document.value)
  if (!parsed.success) return { problems: parsed.error.issues.flatMap((issue) => schemaProblems(document, issue)) }
  const scene = parsed.data
  const references = checkReferences(scene).map(({ path, message }) => problemAt(document, path, message))
  const formulas = compileTask(scene).problems.map(({ path, error }) => {
    return {
      path: formatPath(path),
      ...document.locateCharacter(path, error.index),
      message: `${error.message} (character ${error.index + 1} of the formula)`,
    }
  })
  const found = [...references, ...formulas]
  return found.length > 0 ? { problems: found } : { scene, problems: [] }
}

/** The scene in a file's text; throws a UserError with the first problem and the number of further ones. */
export function loadScene(text: string, file: string): Scene {
  const { scene, problems } = validateScene(text)
  if (scene) return scene
  const more = problems.length - 1
  const rest = more > 0 ? ` (and ${more} more problem${more > 1 ? 's' : ''}: torquelab validate ${file})` : ''
  throw new UserError(formatProblem(file, problems[0]!) + rest)
}

function problemAt(document: JsonDocument, path: JsonPath, message: string, of?: 'value' | 'key'): Problem {
  return { path: formatPath(path), ...document.locate(path, of), message }
}

function schemaProblems(document: JsonDocument, issue: z.core.$ZodIssue): Problem[] {
  const { path } = issue
  const { value } = document
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(path, value)
    return issue.keys.map((key) => {
      const message = `The key "${key}" is not known here.${suggestion(key, known)}`
      return problemAt(document, [...path, key], message, 'key')
    })
  }
  if (issue.code === 'invalid_key' && issue.issues[0]) {
    return [problemAt(document, path, issue.issues[0].message, 'key')]
  }
  const description = descriptionAt(path, value)
  const words = description === '' ? '' : ` (${description})`
  const given = valueAt(value, path)
  const variants = issue.code === 'invalid_union' ? variantsAt(path, value) : []
  if (given === undefined && path.length > 0) {
    const choices = variants.length > 0 ? ` Known: ${variants.join(', ')}.` : ''
    return [problemAt(document, path, `"${String(path.at(-1))}" is missing${words}.${choices}`)]
  }
  if (variants.length > 0) {
    const message = `${JSON.stringify(given)} is no ${String(path.at(-1))} that is known.${suggestion(String(given), variants)}`
    return [problemAt(document, path, message)]
  }
  return [problemAt(document, path, `${issue.message}${words}`)]
}
