/**
 * Motion and landings against MuJoCo. Each audit returns figures; bounds are the tests' and the bench's. The physics must be
 * loaded first (loadPhysics).
 */
import { wrap } from '../../src/scene/formula.ts'
import type { Scene } from '../../src/scene/schema.ts'
import type { Environment } from '../../src/sim/environment.ts'
import { Mechanics } from './mechanics.ts'
import type { Mirror } from './mujoco/from-scene.ts'
import { freeBodies, generator, liftedTo, randomPose, type Start, startedAt } from './starts.ts'

/** The scene and the same in MuJoCo, from one start under the same actions. */
class Pair {
  readonly environment: Environment
  readonly mechanics: Mechanics
  private readonly mirror: Mirror
  /** J: what only one of both counts from the start, such as the weight of a ground that gives way. */
  private readonly apart: number

  constructor(scene: Scene, mirror: Mirror, start: Start) {
    this.environment = startedAt(scene, start)
    this.mechanics = new Mechanics(this.environment)
    this.mirror = mirror
    mirror.reset(start)
    this.apart = this.mechanics.energy() - mirror.simulation.energy()
  }

  step(action: readonly number[]): void {
    this.environment.step(action)
    this.mirror.step(action)
  }

  /** Largest difference of any angle, rad (free bodies' and hinges'). */
  angleError(): number {
    const theirs = this.mirror.positions()
    return Math.max(
      0,
      ...this.mirror.coordinates.map(({ position }, index) => {
        return position.endsWith('.angle') ? Math.abs(wrap(this.mechanics.sensor(position) - theirs[index]!)) : 0
      }),
    )
  }

  /** Largest difference of any position, m (free bodies' and sliders'). */
  positionError(): number {
    const theirs = this.mirror.positions()
    return Math.max(
      0,
      ...this.mirror.coordinates.map(({ position }, index) => {
        return position.endsWith('.angle') ? 0 : Math.abs(this.mechanics.sensor(position) - theirs[index]!)
      }),
    )
  }

  /** Our energy less MuJoCo's, of what both had at the start, J. */
  energyExcess(theirs = this.mirror.simulation.energy()): number {
    return this.mechanics.energy() - this.apart - theirs
  }

  get touches(): boolean {
    return this.mirror.simulation.contacts > 0
  }

  /** MuJoCo's contacts or limits act. */
  get isConstrained(): boolean {
    return this.touches || this.mirror.simulation.qfrcConstraint.some((force) => force !== 0)
  }

  close(): void {
    this.environment.close()
  }
}

export interface MotionFigures {
  starts: number
  /** rad: the largest of any angle at any control step, over all starts, and the mean of each start's largest */
  largestAngle: number
  meanAngle: number
  /** m, the largest */
  largestPosition: number
  /** rad: the longest way that any angle went */
  travelled: number
}

/**
 * Motion free of contacts and limits for `duration` s from random poses, under actions drawn anew every fifth control step from
 * ± `effort`. Starts whose motion meets a contact or a limit are drawn again.
 */
export function auditFreeMotion(
  scene: Scene,
  mirror: Mirror,
  {
    starts,
    duration,
    effort,
    share,
    speed,
  }: { starts: number; duration: number; effort: number; share: number; speed: number },
): MotionFigures {
  const errors: number[] = []
  let [largestPosition, travelled] = [0, 0]
  for (let seed = 1; errors.length < starts; seed++) {
    if (seed > 50 * starts) throw new Error(`The scene "${scene.name}" is never free for ${duration} s.`)
    const random = generator(seed)
    const start = liftedTo(scene, randomPose(scene, random, { share, tilt: share, speed }), 5)
    const pair = new Pair(scene, mirror, start)
    let [largest, isFree, position] = [0, !pair.isConstrained, 0]
    const ways = scene.joints.map(() => 0)
    let action: number[] = []
    for (let step = 0; isFree && step < Math.round(duration / scene.world.controlStep); step++) {
      if (step % 5 === 0) action = scene.actuators.map(() => Math.fround(effort * random()))
      pair.step(action)
      isFree = !pair.isConstrained
      largest = Math.max(largest, pair.angleError())
      position = Math.max(position, pair.positionError())
      for (const [index, joint] of scene.joints.entries()) {
        if (joint.type === 'hinge') ways[index]! += Math.abs(pair.mechanics.velocity(joint)) * scene.world.controlStep
      }
    }
    pair.close()
    if (!isFree) continue
    errors.push(largest)
    largestPosition = Math.max(largestPosition, position)
    travelled = Math.max(travelled, ...ways)
  }
  const largestAngle = Math.max(...errors)
  return { starts, largestAngle, meanAngle: mean(errors), largestPosition, travelled }
}

export interface DropFigures {
  starts: number
  /** rad and m: largest difference of any coordinate 0.2 s after MuJoCo's first contact; mean and largest over the starts */
  meanAngle: number
  largestAngle: number
  meanPosition: number
  /** J: our energy above MuJoCo's 0.2 s after its first contact: largest, mean, smallest over the starts */
  excess: { largest: number; mean: number; smallest: number }
  /** J: what is left of that excess within the next 0.05 s, for a second blow may come a little later than MuJoCo's */
  lasting: { largest: number; mean: number; smallest: number }
  /** J: the same at the end of the drop, where bodies may lie differently */
  atEnd: { largest: number; mean: number; smallest: number }
  /** J: the energy that MuJoCo's landing takes in those 0.2 s, mean */
  lost: number
}

/** How poses are drawn, and from how high they fall, m. */
export interface DropOptions {
  starts: number
  share: number
  tilt: number
  clearance: readonly [number, number]
  /** s */
  duration: number
}

/** Drops without any action (actuators that hold a speed or a place hold it). A scene on a fixed base is let go instead: after 0.2 s. */
export function auditDrops(scene: Scene, mirror: Mirror, options: DropOptions): DropFigures {
  const { starts, share, tilt, clearance } = options
  const drops: Drop[] = []
  for (let seed = 1; drops.length < starts; seed++) {
    if (seed > 50 * starts) throw new Error(`The scene "${scene.name}" lands in hardly any drop.`)
    const random = generator(seed)
    const pose = randomPose(scene, random, { share, tilt, speed: 0 })
    const height = clearance[0] + ((random() + 1) / 2) * (clearance[1] - clearance[0])
    const found = drop(scene, mirror, liftedTo(scene, pose, height), options.duration)
    if (found) drops.push(found)
  }
  return {
    starts,
    meanAngle: mean(drops.map(({ angle }) => angle)),
    largestAngle: Math.max(...drops.map(({ angle }) => angle)),
    meanPosition: mean(drops.map(({ position }) => position)),
    excess: spread(drops.map(({ excess }) => excess)),
    lasting: spread(drops.map(({ lasting }) => lasting)),
    atEnd: spread(drops.map(({ atEnd }) => atEnd)),
    lost: mean(drops.map(({ lost }) => lost)),
  }
}

/** One drop's share of DropFigures. */
interface Drop {
  angle: number
  position: number
  excess: number
  lasting: number
  atEnd: number
  lost: number
}

/** Undefined where it does not land in time, or where bodies touch from the start. */
function drop(scene: Scene, mirror: Mirror, start: Start, duration: number): Drop | undefined {
  const dt = scene.world.controlStep
  const [after, grace] = [Math.round(0.2 / dt), Math.round(0.05 / dt)]
  const rest = scene.actuators.map(() => 0)
  const pair = new Pair(scene, mirror, start)
  const before = mirror.simulation.energy()
  let landed = freeBodies(scene).length > 0 ? undefined : 0
  let found: Drop | undefined
  let theirs = 0
  for (let step = 1; step <= Math.round(duration / dt); step++) {
    if (step === 1 && pair.touches) break
    pair.step(rest)
    if (landed === undefined && pair.touches) landed = step
    const since = landed === undefined ? -1 : step - landed
    if (since === after) {
      theirs = mirror.simulation.energy()
      const excess = pair.energyExcess()
      const [angle, position] = [pair.angleError(), pair.positionError()]
      found = { angle, position, excess, lasting: excess, atEnd: excess, lost: before - theirs }
    }
    if (!found) continue
    if (since <= after + grace) found.lasting = Math.min(found.lasting, pair.energyExcess(theirs))
    found.atEnd = pair.energyExcess()
  }
  pair.close()
  return found
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function spread(values: readonly number[]) {
  return { largest: Math.max(...values), mean: mean(values), smallest: Math.min(...values) }
}
