/** Draws the curves of the studies in docs/studies, one SVG a study; `npm run test:learning` calls it when it has trained. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { writeFileDurably } from '../src/common/durable-file.ts'
import { UserError } from '../src/common/user-error.ts'
import { packageFile } from '../src/host/package.ts'
import { drawCurves, parseRecord, type SeedRecord } from './lib/curves.ts'
import { orRefuse } from './lib/or-refuse.ts'
import { runBench } from './lib/run-bench.ts'

await runBench(() => main(process.argv.slice(2)))

function main(args: string[]): void {
  const options = {
    json: { type: 'boolean', default: false },
    studies: { type: 'string', default: packageFile('docs/studies') },
  } as const
  const { json, studies: folder } = orRefuse(
    () => parseArgs({ args, options }).values,
    '--studies folder (docs/studies) and --json',
  )
  const files: string[] = []
  for (const [study, records] of readStudies(folder)) {
    const file = path.join(folder, `${study}.svg`)
    writeFileDurably(file, drawCurves(records))
    files.push(file)
    if (!json) process.stdout.write(`${file}: ${records.length} seeds\n`)
  }
  if (json) process.stdout.write(`${JSON.stringify({ files })}\n`)
}

/** The seeds of each study, in order. */
function readStudies(folder: string): Map<string, SeedRecord[]> {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError(`--studies: ${folder} is no folder. npm run test:learning makes it.`)
  }
  const studies = new Map<string, SeedRecord[]>()
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.json'))) {
    const record = parseRecord(readFileSync(path.join(folder, name), 'utf8'), path.join(folder, name))
    studies.set(record.study, [...(studies.get(record.study) ?? []), record])
  }
  for (const records of studies.values()) records.sort((a, b) => a.seed - b.seed)
  return studies
}
