/**
 * How true the physics is: the pendulums against their equations, the walkers' flight and landings against MuJoCo, and on every
 * scene the search for energy that nothing supplied. docs/physics.md says what is measured and what the figures mean.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { suggestion } from '../src/common/nearest.ts'
import { messageOf, UserError } from '../src/common/user-error.ts'
import { policyController } from '../src/episode/controllers.ts'
import { packageFile } from '../src/host/package.ts'
import type { Policy } from '../src/policy/policy.ts'
import { readPolicy } from '../src/policy/policy-file.ts'
import { loadScene } from '../src/scene/load.ts'
import type { Scene } from '../src/scene/schema.ts'
import { createEnvironment, specOf } from '../src/sim/environment.ts'
import { searchGain } from '../test/oracles/adversary.ts'
import { gymnasiumDoublePendulum } from '../test/oracles/cart-double-pendulum.ts'
import { auditMujocoPlay, auditPlay, auditSlams, randomPolicy } from '../test/oracles/energy-audits.ts'
import { auditDrops, auditFreeMotion } from '../test/oracles/motion-audits.ts'
import { Mirror, type ModelOptions } from '../test/oracles/mujoco/from-scene.ts'
import {
  auditDoublePendulum,
  auditPendulum,
  type DoublePendulumFigures,
  plainDoublePendulumScene,
} from '../test/oracles/pendulum-audits.ts'
import { freeBodies } from '../test/oracles/starts.ts'
import { orRefuse } from './lib/or-refuse.ts'
import { runBench } from './lib/run-bench.ts'

/** One figure and the bound that it is held against, if any. */
interface Figure {
  scene: string
  what: string
  value: number
  unit: string
  bound?: number
}

interface Options {
  json: boolean
  quick: boolean
  scenes: string[]
  policies: string[]
}

/** Contacts and limits of Gymnasium's models; MuJoCo's defaults for other scenes. */
const HOPPER: ModelOptions = { timestep: 0.002, contact: 'solimp=".8 .8 .01" solref=".02 1" margin="0.001"' }
const GYMNASIUM: Record<string, ModelOptions> = {
  hopper: HOPPER,
  'hopper-light': HOPPER,
  'double-inverted-pendulum': { timestep: 0.002 },
  walker2d: { timestep: 0.002 },
  'half-cheetah': {
    timestep: 0.0025,
    contact: 'solimp="0 .8 .01" solref=".02 1"',
    limit: 'solimplimit="0 .8 .03" solreflimit=".02 1"',
  },
}

const figures: Figure[] = []
let say: (text: string) => void = () => {}

await runBench(async () => {
  const options = parseOptions(process.argv.slice(2))
  say = (text) => void (options.json ? process.stderr : process.stdout).write(`${text}\n`)
  await main(options)
})

async function main(options: Options): Promise<void> {
  const scenes = options.scenes.map(readScene)
  const policies = options.policies.map((file) => policyFor(scenes, file))
  for (const scene of scenes) {
    say(`\n${scene.name}`)
    // Loads the physics, which the audits' environments then find.
    const environment = await createEnvironment(scene)
    environment.close()
    if (scene.name === 'pendulum') pendulum(scene, options)
    if (isDoublePendulum(scene)) doublePendulum(scene, options)
    await energy(scene, policies, options)
  }
  const broken = figures.filter(({ value, bound }) => bound !== undefined && !(value <= bound))
  say(broken.length === 0 ? '\nevery bound holds' : `\n${broken.length} figures are beyond their bounds`)
  if (options.json) process.stdout.write(`${JSON.stringify({ node: process.version, figures })}\n`)
  if (broken.length > 0) process.exitCode = 1
}

function pendulum(scene: Scene, { quick }: Options): void {
  const { largestAngle, meanAngle, reward, gymnasium } = auditPendulum(scene, quick ? 20 : 100)
  note(scene, 'angle from the exact motion over 1 s, largest', largestAngle, 'rad', 0.02)
  note(scene, "angle, mean of each start's largest", meanAngle, 'rad')
  note(scene, 'reward from the formula at the same state, largest', reward, '', 1e-4)
  note(scene, "Gymnasium's own step from the exact motion, largest", gymnasium.largestAngle, 'rad')
  note(scene, "Gymnasium's own step, mean of each start's largest", gymnasium.meanAngle, 'rad')
}

function doublePendulum(scene: Scene, { quick }: Options): void {
  const parameters = gymnasiumDoublePendulum()
  const [slider, first, second] = scene.joints.map(({ name }) => name)
  const starts = quick ? 5 : 20
  const names = { slider: slider!, hinges: [first!, second!] as const }
  const plain = plainDoublePendulumScene(scene.world)
  const undamped = { ...parameters, cartMass: undefined, hingeDamping: 0 }
  // The scene's own resets are within 0.1 rad of upright; from anywhere else the motion is more chaotic still.
  for (const [spread, bound] of [[0.1, 0.02] as const, [1.5, undefined] as const]) {
    const from = `let go within ${spread} rad of upright`
    const report = (what: string, found: DoublePendulumFigures) => {
      note(scene, `${what}, ${from}: angle from the exact motion over 1 s, largest`, found.largestAngle, 'rad', bound)
      note(scene, `${what}, ${from}: mean of each start's largest`, found.meanAngle, 'rad')
      note(scene, `${what}, ${from}: way that a hinge went, longest`, found.travelled, 'rad')
    }
    const onCart = auditDoublePendulum(scene, names, parameters, { starts, spread })
    report('on its cart', onCart)
    note(scene, `on its cart, ${from}: position of the cart, largest`, onCart.largestPosition, 'm')
    const fixed = auditDoublePendulum(plain, { hinges: ['shoulder', 'elbow'] }, undamped, { starts, spread })
    report('on a fixed pivot', fixed)
  }
}

async function energy(scene: Scene, policies: readonly Policy[], { quick }: Options): Promise<void> {
  const isMoved = scene.bodies.some((body) => body.kind === 'kinematic' && body.motion)
  if (isMoved) {
    say('  bodies of this scene are moved by formulas, which do work of their own: no account of energy')
    return
  }
  const mirror = await Mirror.of(scene, GYMNASIUM[scene.name])
  if (freeBodies(scene).length > 0) {
    const free = auditFreeMotion(scene, mirror, {
      starts: quick ? 10 : 30,
      duration: 0.4,
      effort: 0.2,
      share: 0.4,
      speed: 1,
    })
    const hasArmature = scene.joints.some((joint) => joint.type !== 'weld' && (joint.armature ?? 0) > 0)
    note(
      scene,
      "flight of 0.4 s: angle from MuJoCo's, largest",
      free.largestAngle,
      'rad',
      hasArmature ? 0.01 : undefined,
    )
    note(scene, 'flight: position, largest', free.largestPosition, 'm')
    note(scene, 'flight: way that a hinge went, longest', free.travelled, 'rad')
    const land = { starts: quick ? 10 : 30, share: 0.3, tilt: 0.1, clearance: [0.05, 0.3] as const, duration: 1 }
    const landing = auditDrops(scene, mirror, land)
    note(
      scene,
      "0.2 s after landing: angle from MuJoCo's, mean",
      landing.meanAngle,
      'rad',
      scene.name === 'hopper' ? 0.03 : undefined,
    )
    note(scene, '0.2 s after landing: angle, largest', landing.largestAngle, 'rad')
    note(scene, '0.2 s after landing: position, mean', landing.meanPosition, 'm')
  }
  const drops = auditDrops(scene, mirror, {
    starts: quick ? 5 : 20,
    share: 0.8,
    tilt: 1.5,
    clearance: [0.1, 0.5],
    duration: 1.5,
  })
  note(scene, "drops: energy 0.2 s after landing above MuJoCo's, largest", drops.excess.largest, 'J')
  note(scene, 'drops: what lasts of it 0.05 s longer, largest', drops.lasting.largest, 'J', 8)
  note(scene, 'drops: the same, mean', drops.excess.mean, 'J')
  note(scene, "drops: what MuJoCo's landing takes, mean", drops.lost, 'J')
  note(scene, "drops: energy at the end above MuJoCo's, largest", drops.atEnd.largest, 'J')
  play(scene, mirror, quick)
  for (const policy of policies.filter(({ specification }) => specification.scene === scene.name)) {
    const controller = policyController(policy, specOf(scene))
    const action = new Float32Array(scene.actuators.length)
    const trained = auditPlay(scene, {
      episodes: 10,
      steps: scene.task.maxSteps,
      policy: () => (observation) => {
        controller.act(observation, action)
        return action
      },
    })
    const { trainedSteps } = policy.specification
    const what = `trained policy (${trainedSteps} steps): energy that a control step adds`
    note(scene, `${what}, largest`, trained.largestGain, 'J')
    note(scene, `${what} net of rebounds, largest`, trained.netGain, 'J', 5)
  }
  const slams = auditSlams(scene, quick ? [10] : [5, 10, 20])
  if (slams.slams === 0) return
  note(scene, 'slams into limits: energy above the start, largest', slams.rise, 'J', 0.05)
  note(scene, 'slams: energy that a control step adds, largest', slams.largestGain, 'J')
  note(scene, 'slams: hinge beyond its range, largest', slams.hingeOvershoot, 'rad')
  note(scene, 'slams: slider beyond its range, largest', slams.sliderOvershoot, 'm')
}

/** Energy under random policies of three kinds, and under such as look for it. */
function play(scene: Scene, mirror: Mirror, quick: boolean): void {
  const size = { episodes: quick ? 10 : 100, steps: 300 }
  let [gap, hinge, slider] = [0, 0, 0]
  for (const kind of ['noise', 'held', 'feedback'] as const) {
    const policy = randomPolicy(scene, kind)
    const found = auditPlay(scene, { ...size, policy })
    const what = `random policies (${kind}): energy that a control step adds`
    note(scene, `${what}, largest`, found.largestGain, 'J', kind === 'noise' ? 5 : undefined)
    note(scene, `${what} net of rebounds, largest`, found.netGain, 'J', 5)
    note(scene, `random policies (${kind}): steps that add more than 1 J, per thousand`, found.gainsAboveOne, '')
    gap = Math.max(gap, found.largestGap)
    hinge = Math.max(hinge, found.hingeOvershoot)
    slider = Math.max(slider, found.sliderOvershoot)
    const isComparable = scene.actuators.every(({ type }) => type === 'torque' || type === 'force')
    if (kind === 'feedback' || !isComparable) continue
    const theirs = auditMujocoPlay(scene, mirror, { ...size, policy })
    note(scene, `${what} in MuJoCo, largest`, theirs.largestGain, 'J')
    note(scene, `${what} net of rebounds in MuJoCo, largest`, theirs.netGain, 'J')
  }
  const searched = searchGain(scene, { rounds: quick ? 25 : 250, steps: 200 })
  note(scene, 'policies that look for it: energy that a control step adds net of rebounds', searched.netGain, 'J', 5)
  note(scene, 'under all policies: gap of a joint, largest', gap, 'm')
  note(scene, 'under all policies: hinge beyond its range, largest', hinge, 'rad')
  note(scene, 'under all policies: slider beyond its range, largest', slider, 'm')
}

function note(scene: Scene, what: string, value: number, unit: string, bound?: number): void {
  figures.push({ scene: scene.name, what, value, unit, ...(bound !== undefined && { bound }) })
  const verdict = bound === undefined ? '' : value <= bound ? ` (at most ${bound})` : ` BEYOND ITS BOUND OF ${bound}`
  const digits = Math.abs(value) >= 1e-3 || value === 0 ? value.toPrecision(3) : value.toExponential(1)
  say(`  ${what}: ${Number(digits)} ${unit}${verdict}`)
}

/** A cart on a rail with two poles, whatever the scene calls them. */
function isDoublePendulum({ joints }: Scene): boolean {
  return joints.map(({ type }) => type).join() === 'slider,hinge,hinge'
}

function readScene(name: string): Scene {
  const file = packageFile(path.join('scenes', `${name}.json`))
  return loadScene(readFileSync(file, 'utf8'), file)
}

/** Throws a UserError for a file that cannot be read, or whose scene is not among those that are measured. */
function policyFor(scenes: readonly Scene[], file: string): Policy {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(file)
  } catch (error) {
    throw new UserError(`--policy: ${file} cannot be read: ${messageOf(error)}`)
  }
  const policy = readPolicy(bytes, file)
  const { scene } = policy.specification
  if (scenes.some(({ name }) => name === scene)) return policy
  throw new UserError(`--policy: ${file} was trained on "${scene}", which is not measured here; see --scenes.`)
}

/** Throws a UserError for an option that does not exist or a scene that is none. */
function parseOptions(args: string[]): Options {
  const known = readdirSync(packageFile('scenes'))
    .filter((file) => file.endsWith('.json'))
    .map((file) => path.basename(file, '.json'))
    .sort()
  const values = parse(args)
  const scenes = values.scenes?.split(',') ?? known
  for (const name of scenes) {
    if (!known.includes(name)) throw new UserError(`--scenes: there is no "${name}".${suggestion(name, known)}`)
  }
  return { json: values.json, quick: values.quick, scenes, policies: values.policy }
}

function parse(args: string[]) {
  const options = {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    scenes: { type: 'string' },
    policy: { type: 'string', multiple: true, default: [] as string[] },
  } as const
  return orRefuse(() => parseArgs({ args, options }).values, '--json, --quick, --scenes a,b and --policy file')
}
