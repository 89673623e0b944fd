/**
 * The search for energy that nothing supplied: every control step is accounted for, bodies, rotors, springs and the actuators'
 * work. What contacts and stops took in a blow they may partly give back in the next steps (a rebound, in MuJoCo too and more so),
 * so a step's gain is told twice: as it is, and net of rebounds. Figures as in motion-audits.ts; load the physics first.
 */
import type { Scene } from '../../src/scene/schema.ts'
import { Mechanics } from './mechanics.ts'
import type { Mirror } from './mujoco/from-scene.ts'
import { generator, liftedTo, positionName, randomPose, startedAt, unterminated } from './starts.ts'

/** Chooses actions from an observation; made anew for each episode. */
export type Play = (observation: Float32Array) => ArrayLike<number>

/** s: what was taken within this time may come back. */
const REBOUND = 0.024

export interface GainFigures {
  /** J: the most energy that any control step added beyond the actuators' work */
  largestGain: number
  /** J: the same above the most that there was within the last 24 ms, the actuators' work always left out */
  netGain: number
  /** steps that added more than 1 J, per thousand */
  gainsAboveOne: number
}

export interface PlayFigures extends GainFigures {
  episodes: number
  steps: number
  /** m, rad, m */
  largestGap: number
  hingeOvershoot: number
  sliderOvershoot: number
}

/** Keeps the account of one system over any number of episodes. */
class Account {
  private readonly window: number
  /** Energy less the actuators' work since the start, the last ones first. */
  private recent: number[] = []
  private supplied = 0
  private steps = 0
  private above = 0
  private largestGain = Number.NEGATIVE_INFINITY
  private netGain = Number.NEGATIVE_INFINITY

  constructor(controlStep: number) {
    this.window = Math.max(1, Math.round(REBOUND / controlStep))
  }

  begin(energy: number): void {
    this.recent = [energy]
    this.supplied = 0
  }

  add(energy: number, work: number): void {
    this.supplied += work
    const balance = energy - this.supplied
    const gain = balance - this.recent[0]!
    if (gain > 1) this.above++
    this.largestGain = Math.max(this.largestGain, gain)
    this.netGain = Math.max(this.netGain, balance - Math.max(...this.recent))
    this.recent = [balance, ...this.recent.slice(0, this.window - 1)]
    this.steps++
  }

  figures(): GainFigures {
    const { largestGain, netGain, above, steps } = this
    return { largestGain, netGain, gainsAboveOne: (1000 * above) / steps }
  }
}

export interface PlayOptions {
  episodes: number
  /** control steps of each */
  steps: number
  policy: (episode: number) => Play
}

/** Plays from the scene's own resets, through any termination. */
export function auditPlay(scene: Scene, { episodes, steps, policy }: PlayOptions): PlayFigures {
  const environment = unterminated(scene)
  const mechanics = new Mechanics(environment)
  const account = new Account(scene.world.controlStep)
  let [largestGap, hingeOvershoot, sliderOvershoot] = [0, 0, 0]
  for (let episode = 0; episode < episodes; episode++) {
    let { observation } = environment.reset({ seed: 1000 + episode })
    const play = policy(episode)
    account.begin(mechanics.energy())
    for (let step = 0; step < steps; step++) {
      const before = mechanics.capture()
      observation = environment.step(play(observation)).observation
      account.add(mechanics.energy(), mechanics.work(before))
      largestGap = Math.max(largestGap, mechanics.gap())
      hingeOvershoot = Math.max(hingeOvershoot, mechanics.overshoot('hinge'))
      sliderOvershoot = Math.max(sliderOvershoot, mechanics.overshoot('slider'))
    }
  }
  environment.close()
  return { episodes, steps: episodes * steps, ...account.figures(), largestGap, hingeOvershoot, sliderOvershoot }
}

/** The same account of MuJoCo, from the same starts; policies must not need observations, and actuators must be torques or forces. */
export function auditMujocoPlay(scene: Scene, mirror: Mirror, { episodes, steps, policy }: PlayOptions): GainFigures {
  const environment = unterminated(scene)
  const mechanics = new Mechanics(environment)
  const account = new Account(scene.world.controlStep)
  const { coordinates } = mirror
  const drives = scene.actuators.map((actuator) => {
    if (actuator.type !== 'torque' && actuator.type !== 'force')
      throw new Error(`"${actuator.name}" is not accounted for.`)
    const suffix = actuator.type === 'torque' ? 'angle' : 'position'
    const at = coordinates.findIndex(({ position }) => position === `${actuator.joint}.${suffix}`)
    return { at, gear: actuator.gear }
  })
  const observation = new Float32Array(scene.task.observation.length)
  for (let episode = 0; episode < episodes; episode++) {
    environment.reset({ seed: 1000 + episode })
    const play = policy(episode)
    const names = coordinates.flatMap(({ position, velocity }) => [position, velocity])
    mirror.reset(new Map(names.map((name) => [name, mechanics.sensor(name)])))
    account.begin(mirror.simulation.energy())
    for (let step = 0; step < steps; step++) {
      const action = Array.from(play(observation))
      const before = mirror.positions()
      mirror.step(action)
      const after = mirror.positions()
      const work = drives.reduce(
        (sum, { at, gear }, index) => sum + gear * action[index]! * (after[at]! - before[at]!),
        0,
      )
      account.add(mirror.simulation.energy(), work)
    }
  }
  environment.close()
  return account.figures()
}

/** New actions at every step; full actions held for up to 24 steps; random linear feedback. */
export type PolicyKind = 'noise' | 'held' | 'feedback'

/** A random policy of this kind for each episode. */
export function randomPolicy(scene: Scene, kind: PolicyKind): (episode: number) => Play {
  const size = { action: scene.actuators.length, observation: scene.task.observation.length }
  return (episode) => {
    const random = generator(episode + 1)
    const action = new Float32Array(size.action)
    if (kind === 'noise') return () => action.map(() => random())
    if (kind === 'held') {
      const left = new Array<number>(size.action).fill(0)
      return () => {
        for (let index = 0; index < size.action; index++) {
          if (left[index]!-- > 0) continue
          left[index] = Math.round(12 * (1 + random()))
          action[index] = Math.sign(random())
        }
        return action
      }
    }
    const scale = 3 / Math.sqrt(size.observation)
    const weights = Array.from({ length: size.action * (size.observation + 1) }, () => scale * random())
    return (observation) => linear(weights, observation, action)
  }
}

/** tanh(W·observation + b) into `action`; `weights` has a row per action, its bias last. */
export function linear(weights: readonly number[], observation: Float32Array, action: Float32Array): Float32Array {
  const width = observation.length + 1
  for (let row = 0; row < action.length; row++) {
    let sum = weights[row * width + width - 1]!
    for (let column = 0; column < observation.length; column++)
      sum += weights[row * width + column]! * observation[column]!
    action[row] = Math.tanh(sum)
  }
  return action
}

export interface SlamFigures {
  slams: number
  /** J: how far the energy rose above its start, and above the last control step's, at most */
  rise: number
  largestGain: number
  /** rad and m */
  hingeOvershoot: number
  sliderOvershoot: number
}

/** Each joint with a range, thrown against either end at each speed (rad/s or m/s), without gravity and without actions, 0.5 s. */
export function auditSlams(scene: Scene, speeds: readonly number[]): SlamFigures {
  const weightless: Scene = { ...scene, world: { ...scene.world, gravity: [0, 0] } }
  const rest = scene.actuators.map(() => 0)
  const figures: SlamFigures = { slams: 0, rise: 0, largestGain: 0, hingeOvershoot: 0, sliderOvershoot: 0 }
  for (const joint of scene.joints) {
    if (joint.type === 'weld' || !joint.range) continue
    for (const speed of speeds) {
      for (const sign of [-1, 1]) {
        const start = randomPose(scene, () => 0, { share: 0, tilt: 0, speed: 0 })
        const end = joint.range[sign < 0 ? 0 : 1]
        start.set(positionName(joint), 0.9 * end + 0.1 * joint.range[sign < 0 ? 1 : 0])
        start.set(`${joint.name}.velocity`, sign * speed)
        const environment = startedAt(weightless, liftedTo(weightless, start, 5))
        const mechanics = new Mechanics(environment)
        const initial = mechanics.energy()
        let last = initial
        for (let step = 0; step < Math.round(0.5 / scene.world.controlStep); step++) {
          const before = mechanics.capture()
          environment.step(rest)
          const energy = mechanics.energy() - mechanics.work(before)
          figures.rise = Math.max(figures.rise, energy - initial)
          figures.largestGain = Math.max(figures.largestGain, energy - last)
          last = mechanics.energy()
          figures.hingeOvershoot = Math.max(figures.hingeOvershoot, mechanics.overshoot('hinge'))
          figures.sliderOvershoot = Math.max(figures.sliderOvershoot, mechanics.overshoot('slider'))
        }
        environment.close()
        figures.slams++
      }
    }
  }
  return figures
}
