/** `eval` and `robustness`: what is asked for, and how the answers read. */
import { type Command, Option } from 'commander'
import type { EvaluateAnswer, Perturbation, RobustnessAnswer, RobustnessLevel } from '../host/api.ts'
import { evaluate, robustness } from '../host/host.ts'
import { examples, integer, jsonOption, policyOption, policyWords, runsOption } from './options.ts'
import { openOutput } from './output.ts'

/** Bars of a curve on a terminal, from low to high. */
const BAR = 24

/** Adds both commands. */
export function addEvaluationCommands(program: Command): void {
  playing(program.command('eval'))
    .description('play a policy without noise and print what it gets')
    .addHelpText(
      'after',
      examples(
        'eval pendulum-ddpg-seed1-1',
        'eval pendulum-ddpg-seed1-1 --last --episodes 100 --seed 7 --json',
        'eval pendulum-ddpg-seed1-1 --policy 4000',
        'eval ./policy.safetensors --scene hopper',
      ),
    )
    .action(async (run, { runs: runsFolder, episodes, seed, policy, last, scene, ...options }) => {
      const output = openOutput(options)
      const answer = await evaluate({ run, runsFolder, episodes, seed, scene, policy: last ? 'last' : policy })
      for (const line of formatEvaluation(answer)) output.line(line)
      output.answer(answer)
    })

  playing(program.command('robustness'))
    .description('play a policy with other masses, other friction, pushes and noisy sensors, and print its returns')
    .option('--out <file>', 'draw the curves into this SVG file')
    .addHelpText(
      'after',
      examples(
        'robustness pendulum-ddpg-seed1-1',
        'robustness pendulum-ddpg-seed1-1 --episodes 50 --out robustness.svg',
        'robustness ./policy.safetensors --scene hopper --json',
      ),
    )
    .action(async (run, { runs: runsFolder, episodes, seed, policy, last, scene, out, ...options }) => {
      const output = openOutput(options)
      const request = { run, runsFolder, episodes, seed, scene, out, policy: last ? ('last' as const) : policy }
      const answer = await robustness(request, (name, { level, meanReturn }) => {
        if (process.stderr.isTTY) process.stderr.write(`${name} ${level}: ${meanReturn.toFixed(1)}\n`)
      })
      for (const line of formatRobustness(answer)) output.line(line)
      output.answer(answer)
    })
}

function playing(command: Command): Command {
  return command
    .argument('<run>', "a run's name or its folder, or a policy file (.safetensors)")
    .option('--episodes <n>', 'episodes to play', integer, 20)
    .option('--seed <n>', 'which block of episodes; 0 is the one that training reports', integer, 1)
    .option(
      '--scene <scene>',
      "of a policy file: a built-in scene's name or a scene file's path (the built-in one that it was trained on)",
    )
    .addOption(policyOption())
    .addOption(new Option('--last', 'the same as --policy last').conflicts('policy'))
    .addOption(runsOption())
    .addOption(jsonOption())
}

/** Lines for people. */
export function formatEvaluation(answer: EvaluateAnswer): string[] {
  const { policy, run, episodes, meanReturn, stdReturn, minReturn, solvedShare, solvedAt, conditions } = answer
  const ended = Object.entries(conditions).filter(([, count]) => count > 0)
  const reasons = ended.map(([name, count]) => `${name} ${count}`).join(', ')
  const lines = [
    `${policyWords(policy)}${run}, ${episodes} episodes: return ${meanReturn.toFixed(1)} ± ${stdReturn.toFixed(1)}, worst ${minReturn.toFixed(1)}`,
    `${answer.terminated} terminated${reasons && ` (${reasons})`}, ${answer.truncated} reached the time limit; mean length ${answer.meanLength.toFixed(0)} steps`,
  ]
  if (solvedShare !== undefined)
    lines.push(`${percent(solvedShare)} of the episodes solved (a return of ${solvedAt} or better)`)
  if (answer.locomotion) {
    const { forwardSpeed, distance, flightShare, flights, flightTime, onGround, largestPenetration } = answer.locomotion
    lines.push(
      `forward ${forwardSpeed.toFixed(2)} m/s, ${distance.toFixed(2)} m an episode; in the air ${percent(flightShare)} of the time, ${flights.toFixed(1)} flights of ${flightTime.toFixed(3)} s an episode`,
      `touching the ground: ${
        Object.entries(onGround)
          .map(([body, share]) => `${body} ${percent(share)}`)
          .join(', ') || 'nothing'
      }; largest penetration ${(1000 * largestPenetration).toFixed(1)} mm`,
    )
  }
  return lines
}

/** Lines for people: a table for each perturbation with a bar for each level. */
export function formatRobustness(answer: RobustnessAnswer): string[] {
  const { policy, run, episodes, perturbations, out } = answer
  const means = perturbations.flatMap(({ levels }) => levels.map(({ meanReturn }) => meanReturn))
  const range = { low: Math.min(0, ...means), high: Math.max(0, ...means) }
  const lines = [`${policyWords(policy)}${run}, ${episodes} episodes a level`]
  for (const perturbation of perturbations) lines.push('', ...formatPerturbation(perturbation, range))
  if (out !== null) lines.push('', `curves drawn into ${out}`)
  return lines
}

function formatPerturbation(
  { name, meaning, nominal, levels }: Perturbation,
  range: { low: number; high: number },
): string[] {
  const header = `  ${'level'.padStart(6)}  ${'return'.padStart(8)}  ${'±'.padStart(7)}  ${'worst'.padStart(8)}  ${'steps'.padStart(6)}  ended early`
  const row = ({ level, meanReturn, stdReturn, minReturn, meanLength, terminated }: RobustnessLevel): string => {
    const cells = [
      String(level).padStart(6),
      meanReturn.toFixed(1).padStart(8),
      stdReturn.toFixed(1).padStart(7),
      minReturn.toFixed(1).padStart(8),
      meanLength.toFixed(0).padStart(6),
      String(terminated).padStart(11),
    ]
    return `  ${cells.join('  ')}  ${bar(meanReturn, range)}${level === nominal ? ' (unperturbed)' : ''}`
  }
  return [`${name} (${meaning})`, header, ...levels.map(row)]
}

function bar(value: number, { low, high }: { low: number; high: number }): string {
  const share = high === low ? 0 : (value - low) / (high - low)
  return '█'.repeat(Math.round(share * BAR)).padEnd(BAR, '·')
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`
}
