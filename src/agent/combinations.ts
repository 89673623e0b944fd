/** Settings that are each valid but make no sense together, whatever the engine. */
import { UserError } from '../common/user-error.ts'
import type { AgentSettings } from './settings.ts'

/** Throws a UserError that names the settings, why they exclude each other and what to change. */
export function checkCombination(settings: AgentSettings): void {
  const problem = rules.map((rule) => rule(settings)).find((message) => message !== undefined)
  if (problem) throw new UserError(problem)
}

type Rule = (settings: AgentSettings) => string | undefined

const rules: Rule[] = [
  ({ batchNormalisation, layerNormalisation }) => {
    if (!batchNormalisation || !layerNormalisation) return undefined
    return 'batchNormalisation and layerNormalisation exclude each other: both normalise the input of the same ReLU; turn one of them off.'
  },
  ({ batchNormalisation, batchSize }) => {
    if (!batchNormalisation || batchSize > 1) return undefined
    return 'batchNormalisation needs a batchSize of 2 or more: a batch of one equals its mean, and nothing of it is left.'
  },
  ({ layerNormalisation, hiddenSizes }) => {
    if (!layerNormalisation || !hiddenSizes.includes(1)) return undefined
    return `layerNormalisation needs hidden layers of 2 or more units: one unit equals its layer's mean, and nothing of it is left (hiddenSizes is ${hiddenSizes}).`
  },
  ({ prioritisedReplay, replayCapacity, batchSize }) => {
    if (!prioritisedReplay || replayCapacity >= batchSize) return undefined
    return `prioritisedReplay needs a replayCapacity (${replayCapacity}) of at least the batchSize (${batchSize}): otherwise every batch repeats transitions whatever their priority.`
  },
  ({ noise, noiseTheta, noiseTimeStep, noiseSigma }) => {
    if (noise !== 'ornstein-uhlenbeck' || noiseSigma === 0 || noiseTheta * noiseTimeStep < 2) return undefined
    return `noiseTheta times noiseTimeStep is ${noiseTheta * noiseTimeStep} and has to be below 2: from there on Ornstein-Uhlenbeck noise grows without bound; make one of them smaller.`
  },
]
