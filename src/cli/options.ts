/** Options and texts that several commands have. */
import { InvalidArgumentError, Option } from 'commander'
import type { PolicyChoice } from '../host/api.ts'

export const runsOption = (): Option => new Option('--runs <folder>', 'folder that keeps the runs').default('runs')

export const jsonOption = (): Option =>
  new Option('--json', 'print one JSON object as the last line on stdout, all else on stderr')

export const policyOption = (): Option =>
  new Option(
    '--policy <which>',
    'the best policy of the run ("best", the default), its latest ("last"), or the snapshot of a step',
  ).argParser(policyChoice)

function policyChoice(text: string): PolicyChoice {
  if (text === 'best' || text === 'last') return text
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be "best", "last", or the step of a snapshot.')
}

/** "best policy of " or "policy of step 12000 of ", before a run's name; nothing before a policy file's. */
export function policyWords(policy: string): string {
  if (policy === 'file') return ''
  return policy === 'best' || policy === 'last' ? `${policy} policy of ` : `policy of step ${policy} of `
}

/** Examples below a command's help. */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  torquelab ${line}`).join('\n')}\n\n(torquelab is "npm start --" in a clone of the repository.)`
}

/** Parses a whole number; throws commander's error for anything else. */
export function integer(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}
