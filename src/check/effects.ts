/** Checks that each actuator moves something, and that an observation shows it. */
import { type Create, type Finding, failed, passed } from './types.ts'

/** Control steps within which an action must show. */
const STEPS = 100
/** Starts that are tried: in some, a joint may be at its stop. */
const SEEDS = 3

/** Of each actuator: episodes that differ in its action alone, -1 against 1, differ in an observation. */
export function checkEffects(create: Create): Finding {
  const environment = create()
  try {
    const { spec } = environment
    const dead: string[] = []
    const unseen: string[] = []
    spec.action.forEach(({ name }, actuator) => {
      const effect = effectOf(create, actuator)
      if (effect === 'none') dead.push(name)
      if (effect === 'unseen') unseen.push(name)
    })
    if (dead.length > 0) {
      return failed(
        `the action of ${quoted(dead)} changes nothing: -1 and 1 move every body alike`,
        'check its gear, and that its joint or body can move',
      )
    }
    if (unseen.length > 0) {
      return failed(
        `the action of ${quoted(unseen)} moves bodies, but no observation shows it within ${STEPS} steps`,
        'observe the joint or body that it moves',
      )
    }
    const count = spec.action.length
    return passed(
      `${count === 1 ? 'the action moves' : `each of ${count} actions moves`} bodies, and an observation shows it`,
    )
  } finally {
    environment.close()
  }
}

function effectOf(create: Create, actuator: number): 'none' | 'unseen' | 'seen' {
  let effect: 'none' | 'unseen' = 'none'
  const [low, high] = [create(), create()]
  try {
    const size = low.spec.action.length
    const [minus, plus] = [-1, 1].map((value) => {
      const action = new Float32Array(size)
      action[actuator] = value
      return action
    })
    for (let seed = 0; seed < SEEDS; seed++) {
      low.reset({ seed })
      high.reset({ seed })
      for (let step = 0; step < STEPS; step++) {
        const one = low.step(minus!)
        const other = high.step(plus!)
        if (differ(low.state, high.state)) effect = 'unseen'
        if (effect === 'unseen' && differ(one.observation, other.observation)) return 'seen'
        if (one.terminated || one.truncated || other.terminated || other.truncated) break
      }
    }
    return effect
  } finally {
    low.close()
    high.close()
  }
}

function differ(one: ArrayLike<number>, other: ArrayLike<number>): boolean {
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return true
  return false
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ')
}
