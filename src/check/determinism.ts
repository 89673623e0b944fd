/** Checks that the same seed and actions give the same bits: reset again, in a twin, and restored. */
import { RandomStream } from '../common/random.ts'
import { type CheckedEnvironment, type Create, DEFECT, type Finding, failed, passed, skipped } from './types.ts'

/** Control steps that twins play. */
const STEPS = 200
/** Resets that are compared where they should differ. */
const SEEDS = 10
const RANDOM_FUNCTION = /\b(uniform|normal)\s*\(/

/** Everything that can be seen of an environment at one step, as numbers. */
type Snapshot = Float64Array

/** The same seed again in the same environment, after episodes of other seeds. */
export function checkSeedsReproduce(create: Create): Finding {
  return using([create()], ([environment]) => {
    const first = record(environment!, 1, actionsFor(environment!, 1))
    record(environment!, 2, actionsFor(environment!, 2).slice(0, 20))
    const again = record(environment!, 1, actionsFor(environment!, 1))
    const difference = firstDifference(first, again)
    if (difference) return failed(`seed 1 played twice in one environment differs ${difference}`, DEFECT)
    return passed(`seed 1 played twice with the same ${first.length - 1} actions gives the same bits`)
  })
}

/** Seeds differ where the reset is random. */
export function checkSeedsDiffer(create: Create): Finding {
  return using([create()], ([environment]) => {
    const random = environment!.scene.task.reset.filter(({ formula }) => RANDOM_FUNCTION.test(formula))
    if (random.length === 0) return skipped('no reset formula draws random numbers, so every episode starts alike')
    const starts = Array.from({ length: SEEDS }, (_, seed) => {
      environment!.reset({ seed })
      return environment!.state.slice()
    })
    const distinct = new Set(starts.map((start) => start.join(' '))).size
    if (distinct === SEEDS) return passed(`${SEEDS} seeds give ${SEEDS} different starts`)
    const names = random.map(({ coordinate }) => coordinate).join(', ')
    return failed(
      `${SEEDS} seeds give ${distinct} different start${distinct === 1 ? '' : 's'}, though the reset of ${names} is random`,
      'widen the bounds of its uniform or the deviation of its normal',
    )
  })
}

/** Two environments that are stepped in turn. */
export function checkTwins(create: Create): Finding {
  return using([create(), create()], ([one, other]) => {
    const actions = actionsFor(one!, 3)
    const [first, second]: Snapshot[][] = [[], []]
    first!.push(reset(one!, 3))
    second!.push(reset(other!, 3))
    for (const action of actions) {
      const [snapshot, isOver] = step(one!, action)
      first!.push(snapshot)
      second!.push(step(other!, action)[0])
      if (isOver) break
    }
    const difference = firstDifference(first!, second!)
    if (difference) return failed(`two environments with the same seed and actions differ ${difference}`, DEFECT)
    return passed(`two environments with the same seed and actions give the same bits over ${first!.length - 1} steps`)
  })
}

/** The middle of an episode, brought back in a fresh environment by simulating it again, goes on as the first one did. */
export function checkRestore(create: Create): Finding {
  return using([create(), create()], ([original, restored]) => {
    const seed = 4
    const whole = record(original!, seed, actionsFor(original!, seed))
    const actions = actionsFor(original!, seed).slice(0, whole.length - 1)
    const middle = Math.floor(actions.length / 2)
    // What came before in that environment must not matter.
    record(restored!, seed + 1, actionsFor(restored!, seed + 1).slice(0, 10))
    let snapshot = reset(restored!, seed)
    for (const action of actions.slice(0, middle)) snapshot = step(restored!, action)[0]
    const rest = [snapshot, ...actions.slice(middle).map((action) => step(restored!, action)[0])]
    const difference = firstDifference(whole.slice(middle), rest)
    if (difference) return failed(`restored at step ${middle}, the episode differs ${difference} further on`, DEFECT)
    return passed(`restored at step ${middle} of ${actions.length}, the episode goes on with the same bits`)
  })
}

/** Plays until the actions or the episode end. */
function record(environment: CheckedEnvironment, seed: number, actions: readonly Float32Array[]): Snapshot[] {
  const snapshots = [reset(environment, seed)]
  for (const action of actions) {
    const [snapshot, isOver] = step(environment, action)
    snapshots.push(snapshot)
    if (isOver) break
  }
  return snapshots
}

function reset(environment: CheckedEnvironment, seed: number): Snapshot {
  const { observation } = environment.reset({ seed })
  return Float64Array.from([...environment.state, ...observation])
}

function step(environment: CheckedEnvironment, action: Float32Array): [snapshot: Snapshot, isOver: boolean] {
  const { observation, reward, terms, terminated, truncated } = environment.step(action)
  const ends = [Number(terminated), Number(truncated)]
  const numbers = [...environment.state, ...observation, reward, ...Object.values(terms), ...ends]
  return [Float64Array.from(numbers), terminated || truncated]
}

function actionsFor({ spec }: CheckedEnvironment, seed: number): Float32Array[] {
  const random = RandomStream.derive(seed, 'check actions')
  return Array.from({ length: Math.min(STEPS, spec.maxSteps) }, () =>
    Float32Array.from(spec.action, () => random.uniform(-1, 1)),
  )
}

/** Where two records differ first, in words. */
function firstDifference(one: readonly Snapshot[], other: readonly Snapshot[]): string | undefined {
  for (let index = 0; index < Math.max(one.length, other.length); index++) {
    const [a, b] = [one[index], other[index]]
    if (a && b && a.length === b.length && a.every((value, at) => Object.is(value, b[at]))) continue
    return index === 0 ? 'at the start' : `at step ${index}`
  }
  return undefined
}

function using(environments: CheckedEnvironment[], look: (environments: CheckedEnvironment[]) => Finding): Finding {
  try {
    return look(environments)
  } finally {
    for (const environment of environments) environment.close()
  }
}
