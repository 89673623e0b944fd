/**
 * The learner's settings: one schema, with the help and the source of each, and the two presets.
 * docs/algorithms.md lists every deviation of `default` from `paper` with its reason.
 */
import * as z from 'zod'

const rate = z.number().gt(0).max(1)

/** "the paper" is Lillicrap et al. 2016, Continuous control with deep reinforcement learning, section 7. */
export const agentSettingsSchema = z.strictObject({
  actorLearningRate: rate.describe("Adam's learning rate for the actor (LRA; the paper: 1e-4)"),
  criticLearningRate: rate.describe("Adam's learning rate for the critic (LRC; the paper: 1e-3)"),
  criticL2: z
    .number()
    .min(0)
    .max(1)
    .describe(
      "L2 weight decay: this times each of the critic's weights is added to its gradient, biases apart (the paper: 1e-2)",
    ),
  discount: z.number().min(0).lt(1).describe('discount factor γ (GAMMA; the paper: 0.99)'),
  softUpdateRate: rate.describe(
    'share τ of the new weights that the target networks take at each update (TAU; the paper: 1e-3)',
  ),
  batchSize: z.int().min(1).max(65536).describe('transitions in each update (BATCH_SIZE; the paper: 64)'),
  replayCapacity: z
    .int()
    .min(1)
    .max(10_000_000)
    .describe('transitions that the replay buffer keeps (BUFFER_SIZE; the paper: 1e6)'),
  hiddenSizes: z
    .array(z.int().min(1).max(4096))
    .min(1)
    .max(3)
    .describe('units of each hidden layer (H1, H2; the paper: 400 and 300)'),
  learningStarts: z
    .int()
    .min(1)
    .max(10_000_000)
    .describe('transitions collected before the first update (buffer_start; the tutorial: 100)'),
  randomSteps: z
    .int()
    .min(0)
    .max(10_000_000)
    .describe(
      'steps at the start with uniformly random actions instead of the actor (Spinning Up: start_steps; the paper: 0)',
    ),
  noiseTheta: z
    .number()
    .min(0)
    .max(100)
    .describe('Ornstein-Uhlenbeck θ: how fast the noise returns to 0 (the paper: 0.15)'),
  noiseSigma: z.number().min(0).max(10).describe('Ornstein-Uhlenbeck σ: how strong the noise is (the paper: 0.2)'),
  noiseTimeStep: z
    .number()
    .gt(0)
    .max(1)
    .describe(
      "Ornstein-Uhlenbeck dt: time that passes between two actions in the noise's own unit (1; the paper does not state it)",
    ),
  explorationStart: z.number().min(0).max(10).describe('weight ε of the noise at the first step (epsilon; 1)'),
  explorationDecay: z
    .number()
    .min(0)
    .max(1)
    .describe('what ε loses at each step, down to 0 (epsilon_decay; 1e-5 for the pendulum)'),
})

export type AgentSettings = z.infer<typeof agentSettingsSchema>

export const presetNames = ['default', 'paper'] as const
export type PresetName = (typeof presetNames)[number]

const paper: AgentSettings = {
  actorLearningRate: 1e-4,
  criticLearningRate: 1e-3,
  criticL2: 1e-2,
  discount: 0.99,
  softUpdateRate: 1e-3,
  batchSize: 64,
  replayCapacity: 1_000_000,
  hiddenSizes: [400, 300],
  learningStarts: 100,
  randomSteps: 0,
  noiseTheta: 0.15,
  noiseSigma: 0.2,
  noiseTimeStep: 1,
  explorationStart: 1,
  explorationDecay: 1e-5,
}

/** `paper` is faithful to the paper; `default` is what learns well on these tasks. */
export const presets: Record<PresetName, AgentSettings> = {
  paper,
  default: { ...paper, softUpdateRate: 0.01, criticL2: 0, learningStarts: 1000, randomSteps: 1000 },
}
