/** Plays trained policies for numbers: evaluation, and robustness against changes of the robot and its world. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { messageOf, UserError } from '../common/user-error.ts'
import type { Policy } from '../policy/policy.ts'
import { readPolicy } from '../policy/policy-file.ts'
import { travellingBody } from '../scene/robot.ts'
import type { Scene } from '../scene/schema.ts'
import { createEnvironment } from '../sim/environment.ts'
import { episodeSeeds, evaluatePolicy } from '../training/evaluate.ts'
import { LocomotionWatch } from '../training/locomotion.ts'
import { measureRobustness, type PerturbationName, type RobustnessLevel } from '../training/robustness.ts'
import { type PolicyChoice, RunFolder } from '../training/run-folder.ts'
import {
  DEFAULT_EVALUATION_EPISODES,
  type EvaluateAnswer,
  type Played,
  type Requests,
  type RobustnessAnswer,
} from './api.ts'
import { check } from './check-request.ts'
import { checkExportFile, writeExport } from './export-files.ts'
import { openScene } from './scenes.ts'

/** Plays a policy without noise, on the block of episodes that `seed` numbers (0 is that of a run's own report). */
export async function evaluate(request: Requests['evaluate']): Promise<EvaluateAnswer> {
  const { episodes = DEFAULT_EVALUATION_EPISODES, ...asked } = check('evaluate', request)
  const { policy, scene, played } = openPlayed(asked)
  const travels = travellingBody(scene) >= 0
  const environment = await createEnvironment(scene, { measureContacts: travels })
  try {
    const watch = travels ? new LocomotionWatch(scene) : undefined
    const evaluation = evaluatePolicy(environment, policy, episodeSeeds(played.seed, episodes), {
      observers: watch ? [watch] : [],
    })
    return { ...played, ...evaluation, solvedAt: scene.task.solvedAt ?? null, locomotion: watch?.result() ?? null }
  } finally {
    environment.close()
  }
}

/** Plays a policy on every level of every perturbation; `onLevel` hears of each as it is done. */
export async function robustness(
  request: Requests['robustness'],
  onLevel: (name: PerturbationName, level: RobustnessLevel) => void = () => {},
): Promise<RobustnessAnswer> {
  const { episodes = DEFAULT_EVALUATION_EPISODES, ...asked } = check('robustness', request)
  const out = asked.out === undefined ? null : path.resolve(asked.out)
  if (out !== null) checkExportFile(out, '--out')
  const { policy, scene, played } = openPlayed(asked)
  const found = await measureRobustness(scene, policy, episodeSeeds(played.seed, episodes), onLevel)
  const answer = { ...played, episodes, ...found, out }
  if (out !== null) {
    // A library of drawing, which no other command needs to wait for.
    const { drawRobustness } = await import('./robustness-plot.ts')
    writeExport(out, drawRobustness(answer), '--out')
  }
  return answer
}

interface Asked {
  run: string
  runsFolder: string
  scene?: string | undefined
  seed?: number | undefined
  policy?: PolicyChoice | undefined
}

/** The policy and the scene that it is played in: those of a run, or a policy file and its scene. */
function openPlayed(asked: Asked): { policy: Policy; scene: Scene; played: Played } {
  const { run, runsFolder, seed = 1, policy: choice } = asked
  if (!run.endsWith('.safetensors')) {
    if (asked.scene !== undefined) {
      throw new UserError('--scene goes with a policy file (.safetensors); a run has a scene of its own.')
    }
    const folder = RunFolder.open(runsFolder, run)
    const { policy } = folder.readPolicy(choice ?? 'best')
    const scene = folder.readScene()
    return { policy, scene, played: describe(folder.name, scene, policy, String(choice ?? 'best'), seed) }
  }
  if (choice !== undefined) throw new UserError('--policy and --last go with a run; a policy file is one policy.')
  let bytes: Uint8Array
  try {
    bytes = readFileSync(run)
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new UserError(`${run}: ${isMissing ? 'there is no such policy file. Check the path' : messageOf(error)}.`)
  }
  const policy = readPolicy(bytes, run)
  const { scene } = openScene(asked.scene ?? policy.specification.scene)
  return { policy, scene, played: describe(run, scene, policy, 'file', seed) }
}

function describe(run: string, scene: Scene, policy: Policy, choice: string, seed: number): Played {
  return { run, scene: scene.name, policy: choice, trainedSteps: policy.specification.trainedSteps, seed }
}
