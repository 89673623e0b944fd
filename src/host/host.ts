/** The host: does what the app asks of the machine. One front door for the command line and every window. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { checkEngine } from '../agent/create-engine.ts'
import { checkEnvironment } from '../check/check-environment.ts'
import { messageOf, UserError } from '../common/user-error.ts'
import { policyController } from '../episode/controllers.ts'
import { exportOnnx } from '../policy/export-onnx.ts'
import { exportTensorFlow } from '../policy/export-tensorflow.ts'
import { recordEpisode } from '../rollout/record-episode.ts'
import { readThrough, verifyOpened, withRollout } from '../rollout/verify-file.ts'
import { validateScene } from '../scene/load.ts'
import { createEnvironment, Environment } from '../sim/environment.ts'
import { loadPhysics } from '../sim/physics.ts'
import { RunFolder } from '../training/run-folder.ts'
import { settingsOf } from '../training/settings.ts'
import {
  queueTraining,
  resumeTraining,
  type StartOptions,
  startTraining,
  type Training,
} from '../training/start-training.ts'
import {
  type CheckAnswer,
  type CompareAnswer,
  DEFAULT_STEPS,
  type ExportAnswer,
  type ListAnswer,
  type RecordAnswer,
  type ReplayAnswer,
  type Requests,
  type TrainingEvent,
  type TrainingStarted,
  type ValidateAnswer,
} from './api.ts'
import { check } from './check-request.ts'
import { compareRuns } from './compare-runs.ts'
import { checkExportFile, checkTensorFlowFolder, writeExport } from './export-files.ts'
import { packageFile, versions } from './package.ts'
import { listRunEntries } from './run-library.ts'
import { listScenes, openScene, openSceneTraining, readSceneText } from './scenes.ts'

export { evaluate, robustness } from './evaluation.ts'

/** Starts a run; `onEvent` hears what happens until `training.finished` settles. */
export function train(
  request: Requests['train'],
  onEvent: (event: TrainingEvent) => void = () => {},
): { started: TrainingStarted; training: Training } {
  const options = planTraining(request)
  const training = startTraining({ ...options, onEvent })
  const { folder } = training
  const started = {
    run: folder.name,
    folder: folder.folder,
    scene: options.scene.name,
    algorithm: training.description().algorithm,
    engineRequested: options.engine ?? 'fastest',
    steps: options.budget.steps,
    episodes: options.budget.episodes,
  }
  return { started, training }
}

/** Makes a run that waits for its turn; `resume` begins it. */
export function queue(request: Requests['train']): RunFolder {
  return queueTraining(planTraining(request))
}

/** What a run is to be; throws a UserError where it cannot be. */
function planTraining(request: Requests['train']): StartOptions {
  const { seed = 1, engine, threads, relaxedSimd, runsFolder, ...asked } = check('train', request)
  const { scene, source, tuned } = sceneToTrain(asked)
  const algorithm = asked.algorithm ?? tuned?.algorithm ?? 'ddpg'
  const sceneChanges = tuned?.settings[algorithm]
  // Where the scene has no settings of its own, its preset is the general one.
  const preset = (asked.preset ?? 'scene') === 'scene' && !sceneChanges ? 'default' : (asked.preset ?? 'scene')
  const settings = settingsOf(algorithm, preset, asked.settings, sceneChanges)
  checkEngine(engine, settings, { threads, relaxedSimd })
  const steps = asked.steps ?? (asked.episodes === undefined ? (tuned?.steps ?? DEFAULT_STEPS) : undefined)
  const budget = { steps, episodes: asked.episodes }
  return {
    scene,
    sceneSource: source,
    seed,
    preset,
    presetAlgorithm: algorithm,
    settings,
    budget,
    engine,
    threads,
    relaxedSimd,
    runsFolder,
    name: asked.run,
    versions: versions(),
    workerFile: packageFile('dist/node/training-worker.js'),
  }
}

/** The scene of a request to train, where it came from, and what its training file says. */
function sceneToTrain({ scene: nameOrPath, edited }: Pick<Requests['train'], 'scene' | 'edited'>) {
  const tuned = nameOrPath === undefined ? undefined : openSceneTraining(nameOrPath)
  if (edited !== undefined) {
    const { scene, problems } = validateScene(edited)
    if (scene) return { scene, source: [nameOrPath, 'edited'].filter(Boolean).join(', '), tuned }
    const words = problems.map(({ path, message }) => (path ? `${path}: ${message}` : message))
    throw new UserError(`The scene cannot be trained as it is. ${words.join(' ')}`)
  }
  if (nameOrPath === undefined) throw new UserError("There is no scene to train: give its name or its file's path.")
  return { ...openScene(nameOrPath), tuned }
}

/** Goes on with a run as if it had never stopped, further than it was to go where steps or episodes say so. */
export function resume(
  request: Requests['resume'],
  onEvent: (event: TrainingEvent) => void = () => {},
): { started: TrainingStarted; training: Training } {
  const { run, runsFolder, steps, episodes, threads, givesWay } = check('resume', request)
  const training = resumeTraining({
    run,
    runsFolder,
    budget: { steps, episodes },
    threads,
    givesWay,
    versions: versions(),
    workerFile: packageFile('dist/node/training-worker.js'),
    onEvent,
  })
  const { folder } = training
  const { scene, algorithm, engine, budget } = training.description()
  const started = {
    run: folder.name,
    folder: folder.folder,
    scene,
    algorithm,
    engineRequested: engine,
    steps: budget.steps,
    episodes: budget.episodes,
  }
  return { started, training }
}

/** Plays one episode of a run's policy, reset with `seed`, and writes it as a rollout file. */
export async function record(request: Requests['record']): Promise<RecordAnswer> {
  const { seed = 1, policy: choice = 'best', ...asked } = check('record', request)
  const folder = RunFolder.open(asked.runsFolder, asked.run)
  const { policy, bytes } = folder.readPolicy(choice)
  const environment = await createEnvironment(folder.readScene())
  try {
    const file = path.resolve(asked.out)
    const { name: run } = folder
    const controller = policyController(policy, environment.spec)
    try {
      mkdirSync(path.dirname(file), { recursive: true })
      const recorded = await recordEpisode(file, environment, controller, { seed, policy: bytes, versions: versions() })
      const { steps, return: sum } = recorded
      return { file, scene: environment.scene.name, run, policy: String(choice), seed, steps, return: sum }
    } catch (error) {
      throw new UserError(
        `${file}: the rollout cannot be written: ${messageOf(error)}. Choose another --out.`,
        'failure',
      )
    }
  } finally {
    environment.close()
  }
}

/** Writes a run's policy as an ONNX file, as a folder with a TensorFlow.js model, or both. */
export async function exportPolicy(request: Requests['export']): Promise<ExportAnswer> {
  const { policy: choice = 'best', ...asked } = check('export', request)
  if (asked.onnx === undefined && asked.tfjs === undefined) {
    throw new UserError('There is nothing to export to: give --onnx with a file, --tfjs with a folder, or both.')
  }
  const folder = RunFolder.open(asked.runsFolder, asked.run)
  const { policy } = folder.readPolicy(choice)
  const onnx = asked.onnx === undefined ? null : path.resolve(asked.onnx)
  const tfjs = asked.tfjs === undefined ? null : path.resolve(asked.tfjs)
  // Both before either is written.
  if (onnx !== null) checkExportFile(onnx, '--onnx')
  if (tfjs !== null) checkTensorFlowFolder(tfjs)
  if (onnx !== null) writeExport(onnx, await exportOnnx(policy, versions()), '--onnx')
  if (tfjs !== null) {
    const files = await exportTensorFlow(policy, versions())
    for (const [name, bytes] of Object.entries(files)) writeExport(path.join(tfjs, name), bytes, '--tfjs')
  }
  const { scene, trainedSteps } = policy.specification
  return { run: folder.name, scene, policy: String(choice), trainedSteps, onnx, tfjs }
}

/** Reads a rollout; with `verify`, re-simulates its actions and compares everything bit for bit. Memory does not grow with its steps. */
export async function replay(request: Requests['replay']): Promise<ReplayAnswer> {
  const { file, verify = false } = check('replay', request)
  const { opened, result } = verify
    ? await withRollout(file, (rollout) => verifyOpened(rollout))
    : await withRollout(file, readThrough)
  const { head, missing } = opened
  const { scene, seed, steps, duration, return: sum, terminated, truncated } = head
  const answer = {
    ...{ file, scene, seed, steps, duration, return: sum, terminated, truncated },
    ...(missing !== undefined && { missing }),
  }
  if (!result) return { ...answer, verified: null }
  const { difference } = result
  return { ...answer, verified: !difference, ...(difference && { difference: difference.words }) }
}

/** Every problem of a scene file at once. */
export function validate(request: Requests['validate']): ValidateAnswer {
  const { file } = check('validate', request)
  const { problems } = validateScene(readSceneText(file))
  return { file, valid: problems.length === 0, problems }
}

/** Plays a scene in many ways and checks that it is a sound task: deterministic, finite, with observations and actions that mean something. */
export async function checkScene(request: Requests['check']): Promise<CheckAnswer> {
  const { scene, source } = openScene(check('check', request).scene)
  await loadPhysics()
  const checks = checkEnvironment(() => new Environment(scene))
  return { scene: scene.name, source, sound: checks.every(({ verdict }) => verdict !== 'failed'), checks }
}

/** The built-in scenes, and the runs in a folder. */
export function list(request: Requests['list']): ListAnswer {
  const { runsFolder } = check('list', request)
  return { scenes: listScenes(), runs: listRunEntries(runsFolder) }
}

/** Runs beside each other, with statistics over the seeds of those that differ in nothing else. */
export function compare(request: Requests['compare']): CompareAnswer {
  return compareRuns(check('compare', request))
}
