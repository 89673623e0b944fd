/** Options and texts that several commands have. */
import { InvalidArgumentError, Option } from 'commander'

export const runsOption = (): Option => new Option('--runs <folder>', 'folder that keeps the runs').default('runs')

export const jsonOption = (): Option =>
  new Option('--json', 'print one JSON object as the last line on stdout, all else on stderr')

export const policyOption = (): Option =>
  new Option('--policy <which>', 'the best policy of the run (the default), or its last').choices(['best', 'last'])

/** Examples below a command's help. */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  torquelab ${line}`).join('\n')}\n\n(torquelab is "npm start --" in a clone of the repository.)`
}

/** Parses a whole number; throws commander's error for anything else. */
export function integer(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}
