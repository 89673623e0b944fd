/** Puts exported policies and drawings where the user asks for them; a folder never over one that is no export. */
import { mkdirSync, readdirSync, readFileSync, type Stats, statSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'
import { writeFileDurably } from '../common/durable-file.ts'
import { messageOf, UserError } from '../common/user-error.ts'
import { EXPORT_FORMAT } from '../policy/export-metadata.ts'

/** Throws a UserError where `file` cannot be replaced because it is a folder. */
export function checkExportFile(file: string, option: '--onnx' | '--out'): void {
  if (statusOf(file)?.isDirectory()) {
    const example = option === '--onnx' ? 'policy.onnx' : 'curves.svg'
    throw new UserError(`${file}: this is a folder; name a file with ${option}, such as ${example}.`)
  }
}

/** Throws a UserError unless `folder` is absent, empty or an earlier export. */
export function checkTensorFlowFolder(folder: string): void {
  const status = statusOf(folder)
  if (!status) return
  if (!status.isDirectory()) throw new UserError(`${folder}: this is a file; name a folder with --tfjs.`)
  if (isEmpty(folder) || isEarlierExport(folder)) return
  throw new UserError(
    `${folder}: this folder is not empty, and its content is no earlier export. Name another folder with --tfjs.`,
  )
}

/** Writes `content` to `file`, whole or not at all, making the folders on the way. `option` is what the user gave it with. */
export function writeExport(file: string, content: Uint8Array | string, option: '--onnx' | '--tfjs' | '--out'): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileDurably(file, content)
  } catch (error) {
    const what = option === '--out' ? 'drawing' : 'policy'
    throw new UserError(
      `${file}: the ${what} cannot be written: ${messageOf(error)}. Choose another place with ${option}.`,
      'failure',
    )
  }
}

const modelSchema = z.object({ userDefinedMetadata: z.object({ format: z.literal(EXPORT_FORMAT) }) })

function isEarlierExport(folder: string): boolean {
  try {
    return modelSchema.safeParse(JSON.parse(readFileSync(path.join(folder, 'model.json'), 'utf8'))).success
  } catch {
    return false
  }
}

function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0
  } catch {
    return false
  }
}

/** Undefined where there is nothing, or nothing that can be looked at: writing there says why. */
function statusOf(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
