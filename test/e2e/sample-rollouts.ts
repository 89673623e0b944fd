/** Rollout files to open in the window, recorded here in a moment: no run is trained for them. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { runEpisode } from '../../src/episode/episode.ts'
import { type Rollout, recordRollout } from '../../src/rollout/rollout.ts'
import { writeRollout } from '../../src/rollout/write-rollout.ts'
import { loadScene } from '../../src/scene/load.ts'
import { createEnvironment } from '../../src/sim/environment.ts'

/** Long enough for some chunks. */
export const SAMPLE_STEPS = 900
/** Step of `forged` at which the re-simulation differs first. */
export const FORGED_STEP = 321
/** Of `short`. */
export const SHORT_STEPS = 600

const acrobot = new URL('../../scenes/acrobot.json', import.meta.url)

/** The acrobot pushed to and fro by a wave of this pace. */
async function record(steps: number, seed: number, pace: number): Promise<Rollout> {
  const scene = loadScene(readFileSync(acrobot, 'utf8'), 'acrobot.json')
  const environment = await createEnvironment({ ...scene, task: { ...scene.task, maxSteps: steps, terminate: [] } })
  const recorder = recordRollout()
  let step = 0
  const controller = { act: (_: Float32Array, action: Float32Array) => action.fill(Math.sin(pace * step++)) }
  runEpisode(environment, controller, { seed, observers: [recorder] })
  environment.close()
  return recorder.rollout()
}

/** Writes them into a folder; returns the paths. */
export async function writeSamples(folder: string) {
  const file = (name: string) => path.join(folder, name)
  const [whole, short] = [await record(SAMPLE_STEPS, 1, 0.27), await record(SHORT_STEPS, 2, 0.3)]
  const step = whole.steps[FORGED_STEP - 1]!
  // Another action than the one that moved it.
  const steps = whole.steps.with(FORGED_STEP - 1, { ...step, action: Float32Array.of(-0.5 * step.action[0]!) })
  await writeRollout(file('whole.mcap'), whole, {})
  await writeRollout(file('short.mcap'), short, {})
  await writeRollout(file('forged.mcap'), { ...whole, steps }, {})
  const bytes = readFileSync(file('whole.mcap'))
  writeFileSync(file('cut.mcap'), bytes.subarray(0, Math.round(bytes.length / 2)))
  writeFileSync(file('broken.mcap'), 'this is no rollout')
  return {
    whole: file('whole.mcap'),
    short: file('short.mcap'),
    forged: file('forged.mcap'),
    cut: file('cut.mcap'),
    broken: file('broken.mcap'),
  }
}
