/** Files of a run that carry a step in their names. */
import { readdirSync } from 'node:fs'

/** The steps in the names of a folder's files, the first group of `name`, in ascending order; none where there is no such folder. */
export function stepsOfFiles(folder: string, name: RegExp): number[] {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return []
  }
  return names
    .flatMap((each) => name.exec(each)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}
