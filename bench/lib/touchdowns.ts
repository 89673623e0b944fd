/** Touchdowns of trained policies in MuJoCo, played again here from the last state in the air under the same actions. */
import { RandomStream } from '../../src/common/random.ts'
import { policyController } from '../../src/episode/controllers.ts'
import type { Policy } from '../../src/policy/policy.ts'
import type { Scene } from '../../src/scene/schema.ts'
import { compileTask } from '../../src/scene/task.ts'
import { Environment, specOf } from '../../src/sim/environment.ts'
import type { MujocoTask } from './mujoco-task.ts'

/** Control steps after the last state in the air at which both are compared. */
export const HORIZONS = [8, 16, 25] as const
const LAST = 25
/** Touchdowns taken of an episode, from this control step on: the first falls are all alike. */
const PER_EPISODE = 4
const FROM_STEP = 25
/** Control steps from one touchdown to the search for the next. */
const APART = 30

export interface Touchdown {
  /** By the names of the scene's reset coordinates. */
  start: ReadonlyMap<string, number>
  actions: number[][]
  /** What MuJoCo has at each of HORIZONS, by the same names. */
  after: ReadonlyMap<string, number>[]
}

/** The touchdowns in an episode for each seed. */
export function touchdownsOf(scene: Scene, task: MujocoTask, policy: Policy, seeds: readonly number[]): Touchdown[] {
  const controller = policyController(policy, specOf(scene))
  const { drawReset } = compileTask(scene).task!
  const action = new Float32Array(task.actions)
  return seeds.flatMap((seed) => {
    const start = new Map<string, number>()
    drawReset(RandomStream.derive(seed, 'reset'), start)
    task.reset(start)
    const states: Map<string, number>[] = []
    const actions: number[][] = []
    const isAloft: boolean[] = []
    for (let step = 0; step < scene.task.maxSteps && !task.isOver; step++) {
      states.push(task.coordinates())
      isAloft.push(!task.isNearContact)
      controller.act(task.observation, action)
      actions.push([...action])
      task.step(action)
    }
    const found: Touchdown[] = []
    for (let step = FROM_STEP; step + LAST < states.length && found.length < PER_EPISODE; step++) {
      if (!isAloft[step] || isAloft[step + 1]) continue
      found.push({
        start: states[step]!,
        actions: actions.slice(step, step + LAST),
        after: HORIZONS.map((horizon) => states[step + horizon]!),
      })
      step += APART
    }
    return found
  })
}

export interface TouchdownFigures {
  /** Mean size of the difference by coordinate, at each of HORIZONS; m, rad, m/s or rad/s. */
  differences: Record<string, number[]>
  /**
   * One number for all: the mean of the differences over 0.1 m or rad, 0.5 m/s or 1 rad/s, none counted above 5, over coordinates,
   * horizons and touchdowns.
   */
  score: number
}

/** Plays the touchdowns in a scene, which may differ from the one that they were recorded for. The physics must be loaded. */
export function replayTouchdowns(scene: Scene, touchdowns: readonly Touchdown[]): TouchdownFigures {
  const names = [...touchdowns[0]!.start.keys()]
  const differences = Object.fromEntries(names.map((name) => [name, HORIZONS.map(() => 0)]))
  let score = 0
  const observation = names.map((name) => ({ name, formula: name }))
  for (const { start, actions, after } of touchdowns) {
    const reset = [...start].map(([coordinate, value]) => ({ coordinate, formula: `${value}` }))
    const environment = new Environment({ ...scene, task: { ...scene.task, reset, terminate: [], observation } })
    environment.reset({ seed: 0 })
    for (const [step, action] of actions.entries()) {
      const ours = environment.step(action).observation
      const horizon = HORIZONS.findIndex((steps) => steps === step + 1)
      if (horizon < 0) continue
      for (const [index, name] of names.entries()) {
        const difference = Math.abs(ours[index]! - after[horizon]!.get(name)!)
        differences[name]![horizon]! += difference / touchdowns.length
        score += Math.min(5, difference / scaleOf(name)) / (names.length * HORIZONS.length * touchdowns.length)
      }
    }
    environment.close()
  }
  return { differences, score }
}

function scaleOf(coordinate: string): number {
  if (/\.v[xy]$/.test(coordinate)) return 0.5
  return /elocity$/.test(coordinate) ? 1 : 0.1
}
