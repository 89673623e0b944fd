/** Where the command line writes: for people, or as JSON for programs. */

export interface Output {
  /** Whether answers are JSON: then people's lines go to stderr. */
  readonly json: boolean
  /** One line for people. */
  line(text: string): void
  /** One line on stderr, for what goes on but probably not well. */
  warn(text: string): void
  /** The command's answer: one line of JSON on stdout, where it was asked for. */
  answer(answer: unknown): void
}

export function openOutput({ json = false }: { json?: boolean }): Output {
  return {
    json,
    line: (text) => void (json ? process.stderr : process.stdout).write(`${text}\n`),
    warn: (text) => void process.stderr.write(`torquelab: warning: ${text}\n`),
    answer: (answer) => {
      if (json) process.stdout.write(`${JSON.stringify(answer)}\n`)
    },
  }
}
