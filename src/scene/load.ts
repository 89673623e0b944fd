/**
 * From a scene file's text to a valid scene, or to every problem in it at once, each with its line, column and remedy.
 * This is the only way in: what passes here can be simulated.
 */
import type * as z from 'zod'
import { suggestion } from '../common/nearest.ts'
import { formatProblem, type Problem, UserError } from '../common/user-error.ts'
import { formatPath, type JsonDocument, type JsonPath, parseJson } from './json-document.ts'
import { MAX_SCENE_LENGTH } from './limits.ts'
import { mend } from './mend.ts'
import { migrate } from './migrations.ts'
import { compileMotions } from './motion.ts'
import { checkReferences } from './references.ts'
import { type Scene, sceneSchema } from './schema.ts'
import { descriptionAt, keysAt, valueAt, variantsAt } from './schema-lookup.ts'
import { wordsOfIssue } from './schema-words.ts'
import { compileTask } from './task.ts'

export { MAX_SCENE_LENGTH } from './limits.ts'

export interface SceneValidation {
  /** Present when there are no problems. */
  scene?: Scene
  problems: Problem[]
}

/**
 * Validates a scene file's text and gives every problem in it: JSON first, then the schema, and names, references and
 * formulas as far as the schema's problems leave them readable. Scenes of older versions come back as the newest one.
 */
export function validateScene(text: string): SceneValidation {
  if (text.length > MAX_SCENE_LENGTH) {
    const message = `The file has more than ${MAX_SCENE_LENGTH} characters; no scene needs that many.`
    return { problems: [{ path: '', line: 1, column: 1, message }] }
  }
  const { document, problems } = parseJson(text)
  if (!document || problems.length > 0) return { problems }
  const { value, problem, version } = migrate(document.value)
  if (problem) return { problems: [problemAt(document, ['version'], problem)] }
  const parsed = sceneSchema.safeParse(value, { error: wordsOfIssue })
  // Version 1 knew nothing of units: what it accepted stays good.
  const checkUnits = version !== 1
  if (parsed.success) {
    const found = problemsOf(document, parsed.data, checkUnits).map(({ problem }) => problem)
    return found.length > 0 ? { problems: found } : { scene: parsed.data, problems: [] }
  }
  const { issues } = parsed.error
  const found = issues.flatMap((issue) => schemaProblems(document, value, issue))
  const mended = mend(value, issues)
  if (!mended) return { problems: found }
  const further = problemsOf(document, mended.scene, checkUnits).filter(({ path }) => !mended.isNear(path))
  return { problems: [...found, ...further.map(({ problem }) => problem)] }
}

/** What is wrong with a scene that fits the schema, with paths and places. */
function problemsOf(document: JsonDocument, scene: Scene, checkUnits: boolean): { path: JsonPath; problem: Problem }[] {
  const references = checkReferences(scene).map(({ path, message }) => {
    return { path, problem: problemAt(document, path, message) }
  })
  const formulas = [...compileMotions(scene, { checkUnits }).problems, ...compileTask(scene, { checkUnits }).problems]
  return [
    ...references,
    ...formulas.map(({ path, error }) => {
      const message = `${error.message} (character ${error.index + 1} of the formula)`
      return { path, problem: { path: formatPath(path), ...document.locateCharacter(path, error.index), message } }
    }),
  ]
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

/** `value`: the document as it was parsed, migrated. */
function schemaProblems(document: JsonDocument, value: unknown, issue: z.core.$ZodIssue): Problem[] {
  const { path } = issue
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(path, value)
    return issue.keys.map((key) => {
      const message = `The key ${JSON.stringify(key)} is not known here.${suggestion(key, known)}`
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
  if (variants.length > 0 && (given === 'segment' || given === 'polyline')) {
    const message = `A ${given} has no volume: only fixed and kinematic bodies may have one.${suggestion('', variants)}`
    return [problemAt(document, path, message)]
  }
  if (variants.length > 0) {
    const message = `${JSON.stringify(given)} is no ${String(path.at(-1))} that is known.${suggestion(String(given), variants)}`
    return [problemAt(document, path, message)]
  }
  return [problemAt(document, path, `${issue.message}${words}`)]
}
