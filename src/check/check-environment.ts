/**
 * The environment checker: is a scene a sound reinforcement-learning task? As the checkers of Gymnasium and Stable-Baselines3
 * (`check_env`), but by playing it. Each check has a name, a verdict and, where it failed, a remedy.
 *
 * | check | what it asks |
 * |---|---|
 * | `shapes` | observations, actions and reward terms are as the specification says, at every step |
 * | `finite` | no observation, reward, pose or velocity is NaN or infinite, however it is played |
 * | `ranges` | observations stay within the `range` that they declare |
 * | `informative` | no observation is the same number in every step of every episode |
 * | `reward` | the reward is the sum of its terms, to the bit |
 * | `effects` | each actuator moves something, and an observation shows it |
 * | `seeds reproduce` | the same seed and actions give the same bits again |
 * | `seeds differ` | other seeds give other starts, where the reset is random |
 * | `twins` | two environments side by side give the same bits |
 * | `restore` | an episode brought back from its seed and actions goes on with the same bits |
 * | `termination` | some way of playing terminates within 100 episodes; with `neverTerminates`, none does |
 */
import { messageOf } from '../common/user-error.ts'
import { checkRestore, checkSeedsDiffer, checkSeedsReproduce, checkTwins } from './determinism.ts'
import { checkEffects } from './effects.ts'
import { isConstant, MOST_EPISODES, type Survey, survey } from './survey.ts'
import {
  type Check,
  type CheckedEnvironment,
  type Create,
  DEFECT,
  type Finding,
  failed,
  passed,
  skipped,
} from './types.ts'

/** How far beyond its range an observation may be, as a share of the range: it is a float32. */
const RANGE_TOLERANCE = 1e-5

/** All checks of a scene, in the order of the table above. `create` makes a fresh environment of it; all are closed at the end. Deterministic. */
export function checkEnvironment(create: Create): Check[] {
  const environment = create()
  let seen: Survey
  try {
    seen = survey(environment)
  } finally {
    environment.close()
  }
  const isPlayable = seen.problem === undefined && !seen.misshapen
  const whenPlayable = (check: () => Finding): Finding => {
    if (!isPlayable) return skipped('the scene cannot be played through')
    try {
      return check()
    } catch (error) {
      return failed(messageOf(error), 'mend what the message names')
    }
  }
  return [
    { name: 'shapes', ...checkShapes(environment, seen) },
    { name: 'finite', ...checkFinite(seen) },
    { name: 'ranges', ...whenPlayable(() => checkRanges(environment, seen)) },
    { name: 'informative', ...whenPlayable(() => checkInformative(environment, seen)) },
    { name: 'reward', ...checkReward(environment, seen) },
    { name: 'effects', ...whenPlayable(() => checkEffects(create)) },
    { name: 'seeds reproduce', ...whenPlayable(() => checkSeedsReproduce(create)) },
    { name: 'seeds differ', ...whenPlayable(() => checkSeedsDiffer(create)) },
    { name: 'twins', ...whenPlayable(() => checkTwins(create)) },
    { name: 'restore', ...whenPlayable(() => checkRestore(create)) },
    { name: 'termination', ...whenPlayable(() => checkTermination(environment, seen)) },
  ]
}

function checkShapes({ spec }: CheckedEnvironment, { misshapen }: Survey): Finding {
  if (misshapen) return failed(misshapen, DEFECT)
  const [observation, action, terms] = [spec.observation, spec.action, spec.rewardTerms].map((list) => list.length)
  return passed(`observation [${observation}], action [${action}], ${terms} reward term${terms === 1 ? '' : 's'}`)
}

function checkFinite({ infinite, problem, episodes, steps }: Survey): Finding {
  const remedy =
    'mend the formula it names (a division by 0?) or the physics settings (a smaller physicsStep, weaker gears)'
  if (infinite) return failed(infinite, remedy)
  if (problem) return failed(problem, remedy)
  return passed(`all numbers are finite in ${steps} steps of ${episodes} episodes`)
}

function checkRanges({ scene, spec }: CheckedEnvironment, { least, greatest }: Survey): Finding {
  const declared = scene.task.observation.flatMap(({ range }, index) => (range ? [{ range, index }] : []))
  if (declared.length === 0) return skipped('no observation declares a range')
  for (const { range, index } of declared) {
    const slack = RANGE_TOLERANCE * (range[1] - range[0])
    if (least[index]! >= range[0] - slack && greatest[index]! <= range[1] + slack) continue
    const { name } = spec.observation[index]!
    return failed(
      `the observation "${name}" was in [${shown(least[index]!)}, ${shown(greatest[index]!)}] and declares the range [${range.join(', ')}]`,
      'widen its range, or give it a clip',
    )
  }
  return passed(
    `${declared.length} observation${declared.length === 1 ? ' stays' : 's stay'} within the range declared`,
  )
}

function checkInformative({ spec }: CheckedEnvironment, seen: Survey): Finding {
  const { least, steps } = seen
  const constant = spec.observation.filter((_, index) => isConstant(seen, index))
  const [first] = constant
  if (!first) return passed(`each of ${spec.observation.length} observations changes`)
  const value = least[spec.observation.indexOf(first)]!
  return failed(
    `the observation "${first.name}" is ${shown(value)} in every one of ${steps} steps${constant.length > 1 ? ` (and ${constant.length - 1} more never change)` : ''}`,
    'remove it, or mend its formula: a policy learns nothing from it',
  )
}

function checkReward({ spec }: CheckedEnvironment, { unequalSum, steps }: Survey): Finding {
  if (unequalSum) return failed(unequalSum, DEFECT)
  if (steps === 0) return skipped('the scene cannot be played through')
  return passed(`the sum of ${spec.rewardTerms.join(' + ')} in every step`)
}

function checkTermination({ scene }: CheckedEnvironment, { termination, episodes, steps }: Survey): Finding {
  const { neverTerminates = false, terminate } = scene.task
  if (termination) {
    const how = `seed ${termination.seed}, ${termination.excitation}, step ${termination.step}: ${termination.conditions.join(', ')}`
    if (!neverTerminates) return passed(how)
    return failed(`it terminates (${how}), though the scene declares neverTerminates`, 'remove task.neverTerminates')
  }
  const tried = `${episodes} episodes of random, constant, bang-bang and sine actions (${steps} steps)`
  if (neverTerminates) return passed(`never in ${tried}, as the scene declares`)
  if (terminate.length === 0) {
    return failed(
      'the scene has no condition that terminates an episode, and does not declare that',
      'add one to task.terminate, or declare "neverTerminates": true in task',
    )
  }
  return failed(
    `none of its conditions (${terminate.map(({ name }) => name).join(', ')}) holds in ${tried}`,
    `check their formulas: a condition that cannot be reached in ${MOST_EPISODES} episodes is often mistyped; where the task never ends, declare "neverTerminates": true in task`,
  )
}

function shown(value: number): string {
  return String(Number(value.toPrecision(6)))
}
