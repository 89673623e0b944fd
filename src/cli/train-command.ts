/** `train` and `resume`: start a run or go on with one, show its progress and stop it cleanly on Ctrl-C. */
import { UserError } from '../common/user-error.ts'
import type { Requests, Training, TrainingEvent, TrainingStarted } from '../host/api.ts'
import { resume, train } from '../host/host.ts'
import type { Output } from './output.ts'
import { showProgress } from './progress.ts'

export interface TrainOptions {
  steps?: number
  episodes?: number
  seed: number
  algo?: string
  preset?: string
  set: string[]
  engine?: string
  threads?: number
  relaxedSimd?: boolean
  run?: string
  runs: string
}

/** A terminal sends an interrupt to every process of its group, and npm sends it on: several within this time (ms) are one. */
const SAME_INTERRUPT = 1000

export async function runTrain(scene: string, options: TrainOptions, output: Output): Promise<void> {
  const {
    steps,
    episodes,
    seed,
    algo: algorithm,
    preset,
    engine,
    threads,
    relaxedSimd,
    run,
    runs: runsFolder,
  } = options
  const request = {
    scene,
    steps,
    episodes,
    seed,
    algorithm,
    preset,
    engine,
    threads,
    relaxedSimd,
    run,
    runsFolder,
    settings: parseSettings(options.set),
  }
  // Left-out options are undefined, which the schema takes as absent.
  await follow((onEvent) => train(request as Requests['train'], onEvent), output)
}

export interface ResumeOptions {
  steps?: number
  episodes?: number
  threads?: number
  runs: string
}

export async function runResume(
  run: string,
  { steps, episodes, threads, runs: runsFolder }: ResumeOptions,
  output: Output,
): Promise<void> {
  const request = { run, runsFolder, steps, episodes, threads }
  await follow((onEvent) => resume(request as Requests['resume'], onEvent), output)
}

/** Shows a run from its start to its end. */
async function follow(
  start: (onEvent: (event: TrainingEvent) => void) => { started: TrainingStarted; training: Training },
  output: Output,
): Promise<void> {
  let show: (event: TrainingEvent) => void = () => {}
  const { started, training } = start((event) => show(event))
  const { preset, presetAlgorithm, seed, algorithm } = training.description()
  output.line(
    `run ${started.run}: ${started.scene}, ${algorithm.toUpperCase()}, preset ${presetAlgorithm ?? algorithm}/${preset}, seed ${seed}, in ${started.folder}`,
  )
  const progress = showProgress({ steps: started.steps, episodes: started.episodes }, output)
  show = progress.show
  const removeHandlers = stopOnInterrupt(() => {
    progress.message(
      `Stopping: the run is evaluated and kept; "torquelab resume ${started.run}" goes on with it. Press Ctrl-C again to end at once.`,
    )
    training.stop()
  })
  try {
    const { result, status, ...description } = await training.finished
    progress.end()
    const { evaluation, finalEvaluation, best } = result
    output.line(
      `${status} after ${result.steps} steps, ${result.episodes} episodes, ${result.seconds.toFixed(1)} s (${result.stepsPerSecond.toFixed(0)} steps/s)`,
    )
    output.line(
      `best policy (step ${best.step}, episode ${best.episode}): return ${summary(evaluation)} over ${evaluation.episodes} fresh episodes`,
    )
    output.line(`last policy: return ${summary(finalEvaluation)}`)
    const { steps: trained, ...rest } = result
    output.answer({
      run: started.run,
      folder: started.folder,
      scene: started.scene,
      algorithm: description.algorithm,
      engine: description.engine,
      threads: description.threads,
      relaxedSimd: description.relaxedSimd,
      preset,
      presetAlgorithm,
      seed,
      status,
      resumedFrom: description.resumedFrom,
      steps: trained,
      ...rest,
    })
  } finally {
    progress.end()
    removeHandlers()
  }
}

function summary({ meanReturn, stdReturn }: { meanReturn: number; stdReturn: number }): string {
  return `${meanReturn.toFixed(1)} ± ${stdReturn.toFixed(1)}`
}

/** `name=value` texts as an object; values are JSON, lists such as 64,64, or words. */
function parseSettings(texts: readonly string[]): Record<string, unknown> {
  const settings: Record<string, unknown> = {}
  for (const text of texts) {
    const [name, value] = [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]
    if (value === '') throw new UserError(`The setting "${name}" has no value; write --set ${name}=VALUE.`)
    settings[name] = parseValue(value)
  }
  return settings
}

function parseValue(text: string): unknown {
  for (const candidate of [text, `[${text}]`]) {
    try {
      return JSON.parse(candidate)
    } catch {
      // The next form, or else a word.
    }
  }
  return text
}

function stopOnInterrupt(stop: () => void): () => void {
  let first: number | undefined
  const handler = (): void => {
    const now = performance.now()
    if (first === undefined) {
      first = now
      stop()
    } else if (now - first > SAME_INTERRUPT) {
      process.exit(130)
    }
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, handler)
  return () => {
    for (const signal of signals) process.off(signal, handler)
  }
}
