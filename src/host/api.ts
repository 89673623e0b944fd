/**
 * What the app can ask of the machine. Every request is defined here once, checked by the host whoever sends it:
 * the command line, a window, a browser. Answers are plain data.
 */
import * as z from 'zod'
import { engineNames } from '../agent/engine.ts'
import { algorithmNames, presetNames } from '../agent/presets.ts'
import type { Check } from '../check/types.ts'
import { MAX_SEED } from '../common/random.ts'
import type { Problem } from '../common/user-error.ts'
import { MAX_SCENE_LENGTH } from '../scene/limits.ts'
import type { Evaluation } from '../training/evaluate.ts'
import type { Locomotion } from '../training/locomotion.ts'
import type { Perturbation, PerturbationName, Robustness, RobustnessLevel } from '../training/robustness.ts'
import type { PolicyChoice, RunDescription, RunResult } from '../training/run-folder.ts'
import type { Training } from '../training/start-training.ts'
import type { TrainingEvent } from '../training/train.ts'
import type { CompareAnswer, Statistics } from './compare-runs.ts'
import type { RunEntry } from './rpc/contract.ts'
import type { BuiltInScene } from './scenes.ts'

export type {
  Check,
  CompareAnswer,
  Perturbation,
  PerturbationName,
  PolicyChoice,
  Problem,
  RobustnessLevel,
  RunDescription,
  RunResult,
  Statistics,
  Training,
  TrainingEvent,
}
export { algorithmNames, engineNames, presetNames }

const MAX_THREADS = 256

const seed = z.int().min(0).max(MAX_SEED).describe('an integer from 0 to 4294967295')
const filePath = z.string().min(1).max(4096)
const policyChoice = z
  .union([z.enum(['best', 'last']), z.int().min(0)])
  .describe('"best", "last", or the step of a snapshot')

/** Episodes of a policy without noise. */
const played = {
  run: filePath.describe("a run's name or folder, or a policy file (.safetensors)"),
  runsFolder: filePath,
  scene: filePath
    .optional()
    .describe(
      "of a policy file: a built-in scene's name or a scene file's path; if absent, the built-in one it was trained on",
    ),
  episodes: z.int().min(1).max(10_000).optional().describe('episodes to play, 1 to 10000'),
  seed: seed.optional(),
  policy: policyChoice.optional(),
}

export const requests = {
  train: z.strictObject({
    scene: filePath.optional().describe("a built-in scene's name, or a scene file's path"),
    /** Trained in place of `scene`, whose training file goes for it where it is given. */
    edited: z.string().max(MAX_SCENE_LENGTH).optional().describe('the text of a scene file'),
    steps: z.int().min(1).max(1e9).optional().describe('environment steps to train for, 1 or more'),
    episodes: z.int().min(1).max(1e7).optional().describe('episodes to train for, 1 or more'),
    seed: seed.optional(),
    algorithm: z.enum(algorithmNames).optional(),
    preset: z.enum(presetNames).optional(),
    settings: z.record(z.string(), z.unknown()).optional(),
    engine: z.enum(engineNames).optional(),
    threads: z.int().min(1).max(MAX_THREADS).optional().describe(`threads to learn with, 1 to ${MAX_THREADS}`),
    relaxedSimd: z.boolean().optional(),
    runsFolder: filePath,
    run: z.string().optional(),
  }),
  resume: z.strictObject({
    run: filePath,
    runsFolder: filePath,
    steps: z.int().min(1).max(1e9).optional().describe('environment steps to train for in all, 1 or more'),
    episodes: z.int().min(1).max(1e7).optional().describe('episodes to train for in all, 1 or more'),
    threads: z.int().min(1).max(MAX_THREADS).optional().describe(`threads to learn with, 1 to ${MAX_THREADS}`),
    givesWay: z.boolean().optional(),
  }),
  evaluate: z.strictObject(played),
  robustness: z.strictObject({ ...played, out: filePath.optional().describe('the SVG file to draw the curves into') }),
  record: z.strictObject({
    run: filePath,
    runsFolder: filePath,
    out: filePath.describe('the rollout file to write'),
    seed: seed.optional(),
    policy: policyChoice.optional(),
  }),
  export: z.strictObject({
    run: filePath,
    runsFolder: filePath,
    onnx: filePath.optional().describe('the ONNX file to write'),
    tfjs: filePath.optional().describe('the folder to write a TensorFlow.js model to'),
    policy: policyChoice.optional(),
  }),
  replay: z.strictObject({ file: filePath, verify: z.boolean().optional() }),
  check: z.strictObject({ scene: filePath.describe("a built-in scene's name, or a scene file's path") }),
  validate: z.strictObject({ file: filePath }),
  list: z.strictObject({ runsFolder: filePath }),
  compare: z.strictObject({
    runs: z.array(filePath).min(1).describe('names of runs, or patterns such as hopper-td3-*'),
    runsFolder: filePath,
    steps: z.array(z.int().min(0)).optional().describe('steps at which to compare, whole numbers'),
  }),
}

export type Requests = { [Name in keyof typeof requests]: z.input<(typeof requests)[Name]> }

/** Steps that `train` runs for when neither steps nor episodes are given, nor by the scene's training file. */
export const DEFAULT_STEPS = 10_000
export const DEFAULT_EVALUATION_EPISODES = 20

export interface TrainingStarted {
  run: string
  folder: string
  scene: string
  algorithm: string
  engineRequested: string
  steps: number | undefined
  episodes: number | undefined
}

/** Which policy was played, and where. */
export interface Played {
  /** The run's name; of a policy file, its path. */
  run: string
  scene: string
  /** `best`, `last` or the step of a snapshot of a run; `file` of a policy file. */
  policy: string
  /** Environment steps that it had been trained for. */
  trainedSteps: number
  /** The block of episodes. */
  seed: number
}

/** `seeds` are the episodes' reset seeds: `record` with one of them shows that episode. */
export interface EvaluateAnswer extends Played, Evaluation {
  /** Return from which on an episode counts as solved; null where the scene has none. */
  solvedAt: number | null
  /** null where no body of the scene travels. */
  locomotion: Locomotion | null
}

export interface RobustnessAnswer extends Played, Robustness {
  episodes: number
  /** The SVG file written; null when it was not asked for. */
  out: string | null
}

export interface RecordAnswer {
  file: string
  scene: string
  run: string
  policy: string
  seed: number
  steps: number
  return: number
}

export interface ExportAnswer {
  run: string
  scene: string
  policy: string
  trainedSteps: number
  /** The file written; null when it was not asked for. */
  onnx: string | null
  /** The folder written; null when it was not asked for. */
  tfjs: string | null
}

export interface ReplayAnswer {
  file: string
  scene: string
  seed: number
  steps: number
  /** s */
  duration: number
  return: number
  terminated: boolean
  truncated: boolean
  /** Of a file that is cut off or damaged: how many recorded steps behind those that are left are lost; null where that cannot be told. */
  missing?: number | null
  /** null when it was not asked for. */
  verified: boolean | null
  difference?: string
}

export interface CheckAnswer {
  scene: string
  /** Where it came from: a built-in's name or a file's path. */
  source: string
  /** No check failed. */
  sound: boolean
  checks: Check[]
}

export interface ValidateAnswer {
  file: string
  valid: boolean
  problems: Problem[]
}

export interface ListAnswer {
  scenes: BuiltInScene[]
  runs: RunEntry[]
}
