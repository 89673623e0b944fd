/** The `check` command's report. */
import type { CheckAnswer } from '../host/api.ts'

export function formatCheck({ scene, checks, sound }: CheckAnswer): string[] {
  const width = Math.max(...checks.map(({ name }) => name.length))
  const lines = checks.flatMap((check) => {
    const line = `${check.verdict.padEnd(7)}  ${check.name.padEnd(width)}  ${check.message}`
    return check.verdict === 'failed' ? [line, `${''.padEnd(9 + width)}  remedy: ${check.remedy}`] : [line]
  })
  const failures = checks.filter(({ verdict }) => verdict === 'failed').length
  const verdict = sound ? 'sound' : `${failures} of ${checks.length} checks failed`
  return [...lines, `${scene}: ${verdict}`]
}
