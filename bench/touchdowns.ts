/**
 * How near landings are to MuJoCo's: states just before a touchdown, taken from trained policies that play Gymnasium's hopper in
 * MuJoCo, go on here under the same actions. docs/benchmarks.md says how. It is how the constants of the hopper's ground were found.
 */
import { parseArgs } from 'node:util'
import { UserError } from '../src/common/user-error.ts'
import { openScene } from '../src/host/scenes.ts'
import { createEnvironment } from '../src/sim/environment.ts'
import { episodeSeeds } from '../src/training/evaluate.ts'
import { MujocoTask } from './lib/mujoco-task.ts'
import { orRefuse } from './lib/or-refuse.ts'
import { readPolicies } from './lib/policies.ts'
import { runBench } from './lib/run-bench.ts'
import { HORIZONS, replayTouchdowns, touchdownsOf } from './lib/touchdowns.ts'

/** The scene whose policies are taken: the one with a ground. */
const RECORDED = 'hopper'

interface Options {
  json: boolean
  policies: string
  scenes: string[]
  episodes: number
}

await runBench(() => main(parseOptions(process.argv.slice(2))))

async function main({ json, policies, scenes, episodes }: Options): Promise<void> {
  const say = (text: string) => void (json ? process.stderr : process.stdout).write(`${text}\n`)
  const { scene } = openScene(RECORDED)
  const task = await MujocoTask.of(RECORDED)
  if (!task) throw new UserError('MuJoCo is not installed: run npm install without --omit=dev.', 'failure')
  const seeds = episodeSeeds(1, episodes)
  const touchdowns = readPolicies(policies, [RECORDED]).flatMap(([, policy]) =>
    touchdownsOf(scene, task, policy, seeds),
  )
  task.close()
  if (touchdowns.length === 0) throw new UserError(`--policies: none of those in ${policies} leaves the ground.`)
  ;(await createEnvironment(scene)).close()
  const times = HORIZONS.map((steps) => `${(steps * scene.world.controlStep).toFixed(2)} s`)
  say(
    `${touchdowns.length} touchdowns; mean difference from MuJoCo ${times.join(', ')} after the last state in the air`,
  )
  const found = scenes.map((name) => ({ scene: name, ...replayTouchdowns(openScene(name).scene, touchdowns) }))
  for (const { scene: name, differences, score } of found) {
    say(`\n${name}: score ${score.toFixed(3)}`)
    for (const [coordinate, values] of Object.entries(differences)) {
      say(`  ${coordinate.padEnd(24)}${values.map((value) => value.toFixed(3).padStart(8)).join('')}`)
    }
  }
  if (json) process.stdout.write(`${JSON.stringify({ touchdowns: touchdowns.length, horizons: HORIZONS, found })}\n`)
}

/** Throws a UserError for an option that does not exist or makes no sense. */
function parseOptions(args: string[]): Options {
  const options = {
    json: { type: 'boolean', default: false },
    policies: { type: 'string' },
    scene: { type: 'string', multiple: true },
    episodes: { type: 'string', default: '3' },
  } as const
  const values = orRefuse(
    () => parseArgs({ args, options }).values,
    '--policies folder, --scene hopper (once or more), --episodes 3 and --json',
  )
  if (values.policies === undefined) throw new UserError('--policies: name a folder with policy files (.safetensors).')
  const episodes = Number(values.episodes)
  if (!Number.isInteger(episodes) || episodes < 1 || episodes > 1000) {
    throw new UserError('--episodes must be a whole number from 1 to 1000.')
  }
  return { json: values.json, policies: values.policies, scenes: values.scene ?? [RECORDED], episodes }
}
