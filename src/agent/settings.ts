/**
 * The learner's settings: one schema, with the help and the source of each.
 * The presets are in presets.ts; docs/algorithms.md lists every deviation from the papers with its reason.
 */
import * as z from 'zod'

const rate = z.number().gt(0).max(1)

/**
 * "the paper" is Lillicrap et al. 2016, Continuous control with deep reinforcement learning, section 7; "TD3" is Fujimoto
 * et al. 2018, Addressing function approximation error in actor-critic methods.
 */
export const agentSettingsSchema = z.strictObject({
  actorLearningRate: rate.describe("Adam's learning rate for the actor (LRA; the paper: 1e-4)"),
  criticLearningRate: rate.describe("Adam's learning rate for the critic (LRC; the paper: 1e-3)"),
  learningRateDecay: z
    .int()
    .min(0)
    .max(100_000_000)
    .describe(
      'steps over which both learning rates fall in a straight line to learningRateEnd of theirs, where they stay (Stable-Baselines3: linear schedule; 0 is off)',
    ),
  learningRateEnd: z
    .number()
    .gt(0)
    .max(1)
    .describe('share of the learning rates that is left after learningRateDecay (ours: Stable-Baselines3 goes to 0)'),
  criticL2: z
    .number()
    .min(0)
    .max(1)
    .describe(
      "L2 weight decay: this times each of the critic's weights is added to its gradient, biases apart (the paper: 1e-2)",
    ),
  discount: z.number().min(0).lt(1).describe('discount factor γ (GAMMA; the paper: 0.99)'),
  softUpdateRate: rate.describe(
    'share τ of the new weights that the target networks take at each update (TAU; the paper: 1e-3; TD3: 5e-3)',
  ),
  batchSize: z.int().min(1).max(65536).describe('transitions in each update (BATCH_SIZE; the paper: 64; TD3: 100)'),
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
  criticActionInput: z
    .int()
    .min(1)
    .max(2)
    .describe(
      'hidden layer of the critic that the action enters: 2 (the paper) or 1 (TD3); 1 where there is one hidden layer',
    ),
  learningStarts: z
    .int()
    .min(1)
    .max(10_000_000)
    .describe('environment steps before the first update (buffer_start; the tutorial: 100)'),
  randomSteps: z
    .int()
    .min(0)
    .max(10_000_000)
    .describe(
      'steps at the start with uniformly random actions instead of the actor (Spinning Up: start_steps; the paper: 0)',
    ),
  noise: z
    .enum(['ornstein-uhlenbeck', 'gaussian'])
    .describe('exploration noise: correlated in time (the paper) or independent at each step (TD3)'),
  noiseTheta: z
    .number()
    .min(0)
    .max(100)
    .describe('Ornstein-Uhlenbeck θ: how fast the noise returns to 0 (the paper: 0.15)'),
  noiseSigma: z
    .number()
    .min(0)
    .max(10)
    .describe(
      'how strong the noise is: σ of Ornstein-Uhlenbeck (the paper: 0.2), the standard deviation of Gaussian noise (TD3: 0.1)',
    ),
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
  twinCritics: z.boolean().describe('two critics, targets from the smaller of both (TD3, section 4.2)'),
  policyDelay: z
    .int()
    .min(1)
    .max(100)
    .describe("critic updates for each update of the actor and the targets (TD3, section 5.2: 2; the paper's 1)"),
  targetNoise: z
    .number()
    .min(0)
    .max(10)
    .describe("standard deviation of the noise on the target policy's actions (TD3, section 5.3: 0.2; 0 is off)"),
  targetNoiseClip: z.number().gt(0).max(10).describe('largest such noise (TD3, section 5.3: 0.5)'),
  nStep: z
    .int()
    .min(1)
    .max(100)
    .describe('rewards summed before a target bootstraps (Barth-Maron et al. 2018, D4PG: 5; 1 is off)'),
  prioritisedReplay: z
    .boolean()
    .describe('draw transitions by their temporal-difference error (Schaul et al. 2016, proportional)'),
  priorityExponent: z
    .number()
    .min(0)
    .max(1)
    .describe('prioritised replay α: 0 is uniform (Schaul et al. 2016, table 3: 0.6)'),
  importanceExponent: z
    .number()
    .min(0)
    .max(1)
    .describe('prioritised replay β at the first update: how much weights make up for it (Schaul et al. 2016: 0.4)'),
  importanceUpdates: z
    .int()
    .min(1)
    .max(100_000_000)
    .describe('updates over which β rises to 1, in a straight line (Schaul et al. 2016: the length of training)'),
  observationNormalisation: z
    .boolean()
    .describe(
      'subtract the running mean of each observation and divide by its deviation (Stable-Baselines3: VecNormalize)',
    ),
  layerNormalisation: z
    .boolean()
    .describe('normalise the inputs of each hidden ReLU over the layer, actor and critics (Ba et al. 2016)'),
  batchNormalisation: z
    .boolean()
    .describe(
      "normalise over the batch as the paper does: the state, all layers of the actor, the critic's before the action (Ioffe and Szegedy 2015)",
    ),
  gradientClip: z
    .number()
    .min(0)
    .max(1e6)
    .describe(
      'largest L2 norm of the gradient of one network; longer ones are scaled down (Pascanu et al. 2013; 0 is off)',
    ),
  rewardScale: z
    .number()
    .gt(0)
    .max(1e6)
    .describe(
      'factor on the rewards that the learner sees, not on the returns that are reported (Henderson et al. 2018, section 3.2; 1 is off)',
    ),
  policyAveraging: z
    .int()
    .min(0)
    .max(10_000_000)
    .describe(
      "steps over which the policy that is evaluated and saved averages the actor's weights (Nikishin et al. 2018; 0 is off)",
    ),
  preactivationPenalty: z
    .number()
    .min(0)
    .max(10)
    .describe(
      "weight of the squared input of the actor's tanh in its loss, against saturation (Andrychowicz et al. 2017, HER, appendix A: 1; 0 is off)",
    ),
})

export type AgentSettings = z.infer<typeof agentSettingsSchema>
