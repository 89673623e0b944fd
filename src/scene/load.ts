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
import { compileTask } from './task.ts'

/** Largest scene file read, in characters. */
export const MAX_SCENE_LENGTH = 4_000_000

export interface SceneValidation {
  /** Present when there are no problems. */
  scene?: Scene
  problems: Problem[]
}

/** Validates a scene file's text: JSON, schema, names and references, formulas. */
export function validateScene(text: string): SceneValidation {
  if (text.length > MAX_SCENE_LENGTH) {
    const message = `The file has more than ${MAX_SCENE_LENGTH} characters; no scene needs that many.`
    return { problems: [{ path: '', line: 1, column: 1, message }] }
  }
  const { document, problems } = parseJson(text)
  if (!document || problems.length > 0) return { problems }
  const parsed = sceneSchema.safeParse(document.value, { reportInput: true })
  if (!parsed.success) return { problems: parsed.error.issues.flatMap((issue) => schemaProblems(document, issue)) }
  const scene = parsed.data
  const references = checkReferences(scene)
  if (references.length > 0) {
    return { problems: references.map(({ path, message }) => problemAt(document, path, message)) }
  }
  const formulas = compileTask(scene).problems.map(({ path, error }) => {
    // Inside a JSON string the character's column is the string's, past its opening quote.
    const { line, column } = document.locate(path)
    const place = { line, column: column + 1 + error.index }
    return {
      path: formatPath(path),
      ...place,
      message: `${error.message} (character ${error.index + 1} of the formula)`,
    }
  })
  return formulas.length > 0 ? { problems: formulas } : { scene, problems: [] }
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
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(issue.path, document.value)
    return issue.keys.map((key) => {
      const message = `The key "${key}" is not known here.${suggestion(key, known)}`
      return problemAt(document, [...issue.path, key], message, 'key')
    })
  }
  if (issue.code === 'invalid_union' && issue.errors.length === 0 && 'discriminator' in issue) {
    return [problemAt(document, issue.path, unknownVariant(issue.path, document.value))]
  }
  if (issue.code === 'invalid_key' && issue.issues[0]) {
    return [problemAt(document, issue.path, issue.issues[0].message, 'key')]
  }
  const missing = issue.code === 'invalid_type' && issue.input === undefined
  if (missing) {
    const key = String(issue.path.at(-1) ?? '')
    return [problemAt(document, issue.path, `"${key}" is missing${describe(issue.path, document.value)}.`)]
  }
  return [problemAt(document, issue.path, `${issue.message}${describe(issue.path, document.value)}`)]
}

function unknownVariant(path: JsonPath, value: unknown): string {
  const key = String(path.at(-1))
  const options = optionsOf(schemaAt(path.slice(0, -1), undefined)).map((option) => literalOf(option, key))
  const input = path.reduce<unknown>(
    (current, part) => (current as Record<PropertyKey, unknown> | undefined)?.[part],
    value,
  )
  if (input === undefined) return `"${key}" is missing. Known: ${options.join(', ')}.`
  return `${JSON.stringify(input)} is no ${key} that is known.${suggestion(String(input), options)}`
}

/** The schema's own words about the value at a path, as ` (m/s²)`. */
function describe(path: JsonPath, value: unknown): string {
  const description = schemaAt(path, value)?.description
  return description ? ` (${description})` : ''
}

function keysAt(path: JsonPath, value: unknown): string[] {
  const schema = schemaAt(path, value)
  return schema && 'shape' in schema.def ? Object.keys(schema.def.shape as object) : []
}

interface AnySchema {
  description?: string
  def: {
    type: string
    shape?: Record<string, AnySchema>
    element?: AnySchema
    innerType?: AnySchema
    options?: AnySchema[]
    discriminator?: string
    values?: string[]
  }
}

/** Walks the schema along a path; `value` (the document's) chooses among variants. */
function schemaAt(path: JsonPath, value: unknown): AnySchema | undefined {
  let schema: AnySchema | undefined = sceneSchema as unknown as AnySchema
  let current = value
  for (const part of path) {
    schema = schema && variantOf(unwrap(schema), current)
    if (schema?.def.type === 'object') schema = schema.def.shape?.[String(part)]
    else if (schema?.def.type === 'array') schema = schema.def.element
    else return undefined
    current = (current as Record<PropertyKey, unknown> | undefined)?.[part]
  }
  const description = schema?.description
  const found = schema && (value === undefined ? unwrap(schema) : variantOf(unwrap(schema), current))
  return found && description && !found.description ? { ...found, description } : found
}

function unwrap(schema: AnySchema): AnySchema {
  return schema.def.type === 'optional' && schema.def.innerType ? unwrap(schema.def.innerType) : schema
}

function optionsOf(schema: AnySchema | undefined): AnySchema[] {
  return schema?.def.options ?? []
}

function literalOf(option: AnySchema, key: string): string {
  return String(option.def.shape?.[key]?.def.values?.[0] ?? '')
}

function variantOf(schema: AnySchema, value: unknown): AnySchema {
  const { discriminator } = schema.def
  if (!discriminator) return schema
  const chosen = (value as Record<string, unknown> | undefined)?.[discriminator]
  return optionsOf(schema).find((option) => literalOf(option, discriminator) === chosen) ?? schema
}
