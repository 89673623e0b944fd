/**
 * Whether returns carry over: trained policies played in TorqueLab and, on Gymnasium's model of the same task, in MuJoCo.
 * docs/benchmarks.md says how.
 */
import { parseArgs } from 'node:util'
import { UserError } from '../src/common/user-error.ts'
import { openScene } from '../src/host/scenes.ts'
import type { Policy } from '../src/policy/policy.ts'
import { episodeSeeds } from '../src/training/evaluate.ts'
import { type ContactModel, contactModels, MujocoTask, mujocoScenes } from './lib/mujoco-task.ts'
import { orRefuse } from './lib/or-refuse.ts'
import { readPolicies } from './lib/policies.ts'
import { runBench } from './lib/run-bench.ts'
import { median } from './lib/statistics.ts'
import { type PlayedOn, playHere, playInMujoco } from './lib/transfer.ts'

interface Row {
  policy: string
  scene: string
  algorithm: string
  trainedSteps: number
  torquelab: PlayedOn
  mujoco: PlayedOn
  /** Mean return in MuJoCo by the mean return here. */
  ratio: number
}

/** What the median ratio must reach. */
const GATE = 0.7

interface Options {
  json: boolean
  policies: string
  episodes: number
  seed: number
  contacts: ContactModel
}

await runBench(() => main(parseOptions(process.argv.slice(2))))

async function main({ json, policies, episodes, seed, contacts }: Options): Promise<void> {
  const say = (text: string) => void (json ? process.stderr : process.stdout).write(`${text}\n`)
  // Before anything is printed: a folder that cannot be used is refused in one line.
  const found = readPolicies(policies, mujocoScenes)
  const seeds = episodeSeeds(seed, episodes)
  const rows: Row[] = []
  say(`MuJoCo's contacts: ${contactModels[contacts]}`)
  say(`${episodes} episodes each, block ${seed}; return ± deviation, steps, m/s, share of the steps in the air\n`)
  say(
    `${'policy'.padEnd(34)}  ${'TorqueLab'.padStart(16)}  ${'MuJoCo'.padStart(16)}  ratio  steps          m/s            in the air`,
  )
  for (const [file, policy] of found) {
    const row = await play(file, policy, seeds, contacts)
    rows.push(row)
    say(describe(row))
  }
  const middle = median(rows.map(({ ratio }) => ratio))
  const holds = middle >= GATE
  say(
    `\nmedian ratio over ${rows.length} policies: ${middle.toFixed(2)} (${holds ? 'at least' : 'MISSES THE GATE OF'} ${GATE})`,
  )
  if (json)
    process.stdout.write(`${JSON.stringify({ episodes, seed, contacts, medianRatio: middle, gate: GATE, rows })}\n`)
  // Other contacts explain a miss; they are not what published returns were measured on.
  if (!holds && contacts === 'gymnasium') process.exitCode = 1
}

async function play(file: string, policy: Policy, seeds: readonly number[], contacts: ContactModel): Promise<Row> {
  const { specification } = policy
  const { scene } = openScene(specification.scene)
  const task = await MujocoTask.of(scene.name, contacts)
  if (!task) throw new UserError('MuJoCo is not installed: run npm install without --omit=dev.', 'failure')
  try {
    const torquelab = await playHere(scene, policy, seeds)
    const mujoco = playInMujoco(scene, task, policy, seeds)
    return {
      policy: file,
      scene: scene.name,
      algorithm: specification.algorithm,
      trainedSteps: specification.trainedSteps,
      torquelab,
      mujoco,
      ratio: mujoco.meanReturn / torquelab.meanReturn,
    }
  } finally {
    task.close()
  }
}

function describe({ policy, torquelab, mujoco, ratio }: Row): string {
  const result = ({ meanReturn, stdReturn }: PlayedOn) =>
    `${meanReturn.toFixed(0)} ± ${stdReturn.toFixed(0)}`.padStart(16)
  const both = (read: (played: PlayedOn) => number | null, digits: number) =>
    [torquelab, mujoco].map((played) => read(played)?.toFixed(digits) ?? '-').join(' / ')
  const cells = [
    policy.padEnd(34),
    result(torquelab),
    result(mujoco),
    ratio.toFixed(2).padStart(5),
    both(({ meanLength }) => meanLength, 0).padEnd(13),
    both(({ forwardSpeed }) => forwardSpeed, 2).padEnd(13),
    both(({ flightShare }) => flightShare, 2),
  ]
  return cells.join('  ')
}

/** Throws a UserError for an option that does not exist or makes no sense. */
function parseOptions(args: string[]): Options {
  const options = {
    json: { type: 'boolean', default: false },
    policies: { type: 'string' },
    episodes: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    contacts: { type: 'string', default: 'gymnasium' },
  } as const
  const values = orRefuse(
    () => parseArgs({ args, options }).values,
    '--policies folder, --episodes 20, --seed 1, --contacts gymnasium and --json',
  )
  if (values.policies === undefined) throw new UserError('--policies: name a folder with policy files (.safetensors).')
  const [episodes, seed] = [Number(values.episodes), Number(values.seed)]
  if (!Number.isInteger(episodes) || episodes < 1 || episodes > 10_000) {
    throw new UserError('--episodes must be a whole number from 1 to 10000.')
  }
  if (!Number.isInteger(seed) || seed < 0) throw new UserError('--seed must be a whole number, 0 or more.')
  const { contacts } = values
  if (!isContactModel(contacts)) {
    throw new UserError(`--contacts must be one of ${Object.keys(contactModels).join(', ')}, not "${contacts}".`)
  }
  return { contacts, json: values.json, policies: values.policies, episodes, seed }
}

function isContactModel(name: string): name is ContactModel {
  return Object.hasOwn(contactModels, name)
}
