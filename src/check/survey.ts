/** What was seen while a scene was played in many ways: the evidence that most checks look at. */
import { RandomStream } from '../common/random.ts'
import { messageOf } from '../common/user-error.ts'
import { type Excitation, excitationOf } from './excitation.ts'
import type { CheckedEnvironment } from './types.ts'

/** Episodes of random play, whatever they show. */
export const RANDOM_EPISODES = 10
/** Episodes at most, until one terminates. */
export const MOST_EPISODES = 100
/** Control steps of all episodes together at most: a check takes seconds, also of a scene with very long episodes. */
const MOST_STEPS = 200_000
const MOST_RANDOM_STEPS = 2000
const STEPS_AFTER_END = 50

export interface Survey {
  episodes: number
  steps: number
  /** Why playing stopped before its time, in words. */
  problem: string | undefined
  /** The first step that breaks what the specification says. */
  misshapen: string | undefined
  /** The first number that is not finite. */
  infinite: string | undefined
  /** The first reward that is not the sum of its terms. */
  unequalSum: string | undefined
  /** [observation size] the least and the greatest value of each entry. */
  least: Float64Array
  greatest: Float64Array
  /** [observation size] 1 where an entry that never changed did so after an episode's end: it is not constant, but hard to reach. */
  changesLater: Uint8Array
  /** The first termination: how it came about. */
  termination: { episode: number; step: number; seed: number; excitation: string; conditions: string[] } | undefined
}

/** Plays random episodes, then searches on in other ways until one has terminated and every observation has changed. */
export function survey(environment: CheckedEnvironment): Survey {
  const { spec } = environment
  const seen: Survey = {
    episodes: 0,
    steps: 0,
    problem: undefined,
    misshapen: undefined,
    infinite: undefined,
    unequalSum: undefined,
    least: new Float64Array(spec.observation.length).fill(Number.POSITIVE_INFINITY),
    greatest: new Float64Array(spec.observation.length).fill(Number.NEGATIVE_INFINITY),
    changesLater: new Uint8Array(spec.observation.length),
    termination: undefined,
  }
  for (let episode = 0; episode < MOST_EPISODES && seen.steps < MOST_STEPS; episode++) {
    // What random play does not show may come out under larger actions: a stop that is seldom reached, a fall.
    if (episode >= RANDOM_EPISODES && seen.termination && !someConstant(seen)) break
    try {
      play(environment, episode, seen)
    } catch (error) {
      seen.problem = messageOf(error)
      break
    }
    if (seen.misshapen) break
  }
  return seen
}

function someConstant(seen: Survey): boolean {
  return seen.least.some((_, index) => isConstant(seen, index))
}

/** Whether an observation was the same number whatever happened. */
export function isConstant({ least, greatest, changesLater }: Survey, index: number): boolean {
  return least[index] === greatest[index] && changesLater[index] === 0
}

function play(environment: CheckedEnvironment, episode: number, seen: Survey): void {
  const { spec } = environment
  const random = RandomStream.derive(episode, 'check')
  const excitation = excitationOf(episode, RANDOM_EPISODES, random, spec.action.length, spec.controlStep)
  const action = new Float32Array(spec.action.length)
  const { observation } = environment.reset({ seed: episode })
  excitation.reset?.()
  note(environment, observation, `at the reset of seed ${episode}`, seen)
  seen.episodes++
  const most = Math.min(
    episode < RANDOM_EPISODES ? MOST_RANDOM_STEPS : Number.POSITIVE_INFINITY,
    MOST_STEPS - seen.steps,
  )
  for (let step = 1; step <= most; step++) {
    excitation.act(observation, action)
    const result = environment.step(action)
    const when = `at step ${step} of seed ${episode}`
    seen.steps++
    note(environment, result.observation, when, seen)
    noteReward(environment, result, when, seen)
    if (result.terminated && !seen.termination) {
      const conditions = [...result.info.conditions]
      seen.termination = { episode: episode + 1, step, seed: episode, excitation: excitation.name, conditions }
    }
    if (result.terminated && episode >= RANDOM_EPISODES && someConstant(seen)) {
      playOn(environment, excitation, action, seen)
    }
    if (result.terminated || result.truncated || seen.misshapen) return
  }
}

/**
 * Plays on after an episode's end: a robot that falls before it meets a stop has an observation of that stop all the same.
 * Only changes are noted; whatever else comes after the end counts for nothing.
 */
function playOn(environment: CheckedEnvironment, excitation: Excitation, action: Float32Array, seen: Survey): void {
  try {
    for (let step = 0; step < STEPS_AFTER_END; step++) {
      const { observation } = environment.step(action)
      excitation.act(observation, action)
      for (const [index, value] of observation.entries()) {
        if (seen.least[index] === seen.greatest[index] && value !== seen.least[index]) seen.changesLater[index] = 1
      }
    }
  } catch {
    // The state after the end need not be one that the task can deal with.
  }
}

function note({ spec, state }: CheckedEnvironment, observation: Float32Array, when: string, seen: Survey): void {
  if (observation.length !== spec.observation.length) {
    seen.misshapen ??= `${when}, the observation has ${observation.length} entries, and the specification says ${spec.observation.length}`
    return
  }
  for (const [index, value] of observation.entries()) {
    if (!Number.isFinite(value))
      seen.infinite ??= `${when}, the observation "${spec.observation[index]!.name}" is ${value}`
    if (value < seen.least[index]!) seen.least[index] = value
    if (value > seen.greatest[index]!) seen.greatest[index] = value
  }
  if (!state.every(Number.isFinite)) seen.infinite ??= `${when}, a body's pose or velocity is not finite`
}

function noteReward(
  { spec }: CheckedEnvironment,
  { reward, terms }: ReturnType<CheckedEnvironment['step']>,
  when: string,
  seen: Survey,
): void {
  const missing = spec.rewardTerms.find((name) => !Object.hasOwn(terms, name))
  if (missing !== undefined || Object.keys(terms).length !== spec.rewardTerms.length) {
    seen.misshapen ??= `${when}, the reward terms are (${Object.keys(terms).join(', ')}), and the specification says (${spec.rewardTerms.join(', ')})`
    return
  }
  let sum = 0
  for (const name of spec.rewardTerms) {
    if (!Number.isFinite(terms[name])) seen.infinite ??= `${when}, the reward term "${name}" is ${terms[name]}`
    sum += terms[name]!
  }
  if (!Object.is(sum, reward)) seen.unequalSum ??= `${when}, the reward is ${reward} and its terms add up to ${sum}`
}
