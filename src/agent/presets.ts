/** The settings that a run starts from: for each algorithm ours, and its paper's. */
import type { AgentSettings } from './settings.ts'

/** Presets of the algorithms themselves. */
export const agentPresetNames = ['default', 'paper'] as const
export type AgentPresetName = (typeof agentPresetNames)[number]

/** All that a run can start from: `scene` is `default` with what the scene's training file changes. */
export const presetNames = ['scene', ...agentPresetNames] as const
export type PresetName = (typeof presetNames)[number]

export const algorithmNames = ['ddpg', 'td3'] as const
export type AlgorithmName = (typeof algorithmNames)[number]

/** Lillicrap et al. 2016, section 7; what is off is not in it. */
const ddpgPaper: AgentSettings = {
  actorLearningRate: 1e-4,
  criticLearningRate: 1e-3,
  learningRateDecay: 0,
  learningRateEnd: 0.1,
  criticL2: 1e-2,
  discount: 0.99,
  softUpdateRate: 1e-3,
  batchSize: 64,
  replayCapacity: 1_000_000,
  hiddenSizes: [400, 300],
  criticActionInput: 2,
  learningStarts: 100,
  randomSteps: 0,
  noise: 'ornstein-uhlenbeck',
  noiseTheta: 0.15,
  noiseSigma: 0.2,
  noiseTimeStep: 1,
  explorationStart: 1,
  explorationDecay: 1e-5,
  twinCritics: false,
  policyDelay: 1,
  targetNoise: 0,
  targetNoiseClip: 0.5,
  nStep: 1,
  prioritisedReplay: false,
  priorityExponent: 0.6,
  importanceExponent: 0.4,
  importanceUpdates: 100_000,
  observationNormalisation: false,
  layerNormalisation: false,
  batchNormalisation: false,
  gradientClip: 0,
  rewardScale: 1,
  policyAveraging: 0,
  preactivationPenalty: 0,
}

/** What makes DDPG into TD3. */
const td3Changes = { twinCritics: true, policyDelay: 2, targetNoise: 0.2, targetNoiseClip: 0.5 } as const

/** Fujimoto et al. 2018, section 6.1 and supplementary material C. */
const td3Paper: AgentSettings = {
  ...ddpgPaper,
  ...td3Changes,
  actorLearningRate: 1e-3,
  criticLearningRate: 1e-3,
  criticL2: 0,
  softUpdateRate: 5e-3,
  batchSize: 100,
  criticActionInput: 1,
  learningStarts: 1000,
  randomSteps: 1000,
  noise: 'gaussian',
  noiseSigma: 0.1,
  explorationDecay: 0,
}

/** `paper` is faithful to the paper; `default` is what learns well on these tasks. */
export const presets: Record<AlgorithmName, Record<AgentPresetName, AgentSettings>> = {
  ddpg: {
    paper: ddpgPaper,
    default: { ...ddpgPaper, softUpdateRate: 0.01, criticL2: 0, learningStarts: 1000, randomSteps: 1000 },
  },
  td3: {
    paper: td3Paper,
    // The authors' later code (github.com/sfujim/TD3): smaller networks, a larger batch, smaller steps.
    default: {
      ...td3Paper,
      actorLearningRate: 3e-4,
      criticLearningRate: 3e-4,
      batchSize: 256,
      hiddenSizes: [256, 256],
    },
  },
}

/** TD3 where its three changes are on, DDPG elsewhere. */
export function algorithmOf({ twinCritics, policyDelay, targetNoise }: AgentSettings): AlgorithmName {
  return twinCritics && policyDelay > 1 && targetNoise > 0 ? 'td3' : 'ddpg'
}
