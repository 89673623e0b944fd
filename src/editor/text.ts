/** Drafts as the text of a scene file and back: keys keep their order, short lists stay on one line. */
import stringify from 'json-stringify-pretty-compact'
import { formatProblem, UserError } from '../common/user-error.ts'
import { parseJson } from '../scene/json-document.ts'
import { MAX_SCENE_LENGTH } from '../scene/limits.ts'
import { type SceneValidation, validateScene } from '../scene/load.ts'
import { migrate } from '../scene/migrations.ts'
import { isObject, type SceneDraft } from './draft.ts'

const texts = new WeakMap<SceneDraft, string>()
const validations = new WeakMap<SceneDraft, SceneValidation>()

/** What is saved: the same text for the same draft, ending with a line break. */
export function draftText(draft: SceneDraft): string {
  let text = texts.get(draft)
  if (text === undefined) {
    text = `${stringify(draft, { indent: 2, maxLength: 120 })}\n`
    texts.set(draft, text)
  }
  return text
}

/**
 * The draft in a scene file's text, brought up to the newest version of the format. It may have any problem but these, which
 * leave nothing to edit and throw a UserError: no JSON, no object, a version that is not known.
 */
export function readDraft(text: string, file: string): SceneDraft {
  const refuse = (message: string): never => {
    throw new UserError(`${file}: ${message}`)
  }
  if (text.length > MAX_SCENE_LENGTH) refuse('the file is larger than any scene; give a scene file (.json).')
  const { document, problems } = parseJson(text)
  if (!document || problems[0]) throw new UserError(formatProblem(file, problems[0]!))
  const { value, problem } = migrate(document.value)
  if (problem) refuse(problem)
  if (!isObject(value) || value.format !== 'torquelab-scene')
    return refuse('this is no scene: a scene is a JSON object with "format": "torquelab-scene".')
  return value
}

/** Every problem of a draft, with its place in `draftText(draft)`; the scene where there are none. Remembered for each draft. */
export function validateDraft(draft: SceneDraft): SceneValidation {
  let validation = validations.get(draft)
  if (!validation) {
    validation = validateScene(draftText(draft))
    validations.set(draft, validation)
  }
  return validation
}
