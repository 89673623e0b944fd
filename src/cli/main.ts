/** The command line: the host's jobs without a window. Exit code 0: done; 1: failed; 2: wrong use or bad input. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { messageOf, UserError } from '../common/user-error.ts'
import { algorithmNames, engineNames, presetNames } from '../host/api.ts'
import { checkScene, compare, exportPolicy, list, record, replay, validate } from '../host/host.ts'
import { versions } from '../host/package.ts'
import { runBench } from './bench-command.ts'
import { addEvaluationCommands } from './evaluation-commands.ts'
import { formatCheck } from './format-check.ts'
import { formatCompare } from './format-compare.ts'
import { formatList } from './format-list.ts'
import { openApp } from './open-app.ts'
import { examples, integer, jsonOption, policyOption, policyWords, runsOption } from './options.ts'
import { type Output, openOutput } from './output.ts'
import { runServe } from './serve-command.ts'
import { runResume, runTrain } from './train-command.ts'

const EXIT_FAILED = 1
const EXIT_WRONG_USE = 2

// A reader that has seen enough, such as `head`, closes the pipe: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : EXIT_FAILED))

process.exitCode = await main(process.argv.slice(2))

async function main(args: string[]): Promise<number> {
  const program = createProgram()
  try {
    // Without a command the app opens.
    await program.parseAsync(args.length === 0 ? ['app'] : args, { from: 'user' })
    return typeof process.exitCode === 'number' ? process.exitCode : 0
  } catch (error) {
    // Commander has already written what it throws for: help, the version, or one line on wrong use.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_WRONG_USE
    process.stderr.write(`torquelab: ${messageOf(error)}\n`)
    if (!(error instanceof UserError))
      process.stderr.write('torquelab: this is a defect of TorqueLab; please report it with the command you ran.\n')
    return error instanceof UserError && error.kind === 'input' ? EXIT_WRONG_USE : EXIT_FAILED
  }
}

function createProgram(): Command {
  const program = new Command('torquelab')
    .description(
      'Design a planar robot and its task, train a controller with deep reinforcement learning, replay what it does.',
    )
    .version(versions().torquelab ?? '')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`torquelab: ${oneLine(text)} See torquelab --help.\n`) })
    .addHelpText('after', '\nEach command has its own help, with examples: torquelab train --help')

  program
    .command('train')
    .description('train a controller for a scene')
    .argument('<scene>', "a built-in scene's name (see torquelab list) or a scene file's path")
    .option(
      '--steps <n>',
      "environment steps to train for (when neither this nor --episodes is given: the scene's own number, else 10000)",
      integer,
    )
    .option('--episodes <n>', 'episodes to train for', integer)
    .option('--seed <n>', 'the one number that all randomness comes from', integer, 1)
    .addOption(
      new Option('--algo <name>', "learning algorithm (the scene's own choice, else ddpg)").choices(algorithmNames),
    )
    .addOption(
      new Option(
        '--preset <name>',
        "the algorithm's settings to start from: tuned for the scene where it has any, ours in general, or its paper's",
      ).choices(presetNames),
    )
    .option('--set <name=value>', 'change one setting (repeatable); docs/algorithms.md lists them', collect, [])
    .addOption(
      new Option('--engine <name>', 'what learns (the fastest that loads here and can do what is set)').choices(
        engineNames,
      ),
    )
    .option(
      '--threads <n>',
      'threads of the fused engine; the results are the same (one less than there are cores)',
      integer,
    )
    .option(
      '--relaxed-simd',
      'fused engine: learn faster on some processors, with results that differ from one to another',
    )
    .option('--run <name>', "the run's name (made from scene, algorithm and seed if absent)")
    .addOption(runsOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'train pendulum --steps 10000',
        'train pendulum --algo td3 --seed 2',
        'train pendulum --preset paper --seed 3 --run paper-3',
        'train ./arm.json --episodes 200 --set hiddenSizes=64,64 --set prioritisedReplay=true',
      ),
    )
    .action((scene, options) => runTrain(scene, options, openOutput(options)))

  program
    .command('resume')
    .description(
      'go on with a run that was stopped or killed, as if it never had been; or train a finished one further',
    )
    .argument('<run>', "a run's name or its folder")
    .option('--steps <n>', "environment steps to train for in all, from the run's start", integer)
    .option('--episodes <n>', 'episodes to train for in all', integer)
    .option('--threads <n>', 'threads of the fused engine; the results are the same', integer)
    .addOption(runsOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('resume pendulum-ddpg-seed1-1', 'resume pendulum-ddpg-seed1-1 --steps 20000'))
    .action((run, options) => runResume(run, options, openOutput(options)))

  addEvaluationCommands(program)

  program
    .command('record')
    .description("record one episode of a run's policy as a rollout file (MCAP)")
    .argument('<run>', "a run's name or its folder")
    .requiredOption('--out <file>', 'the file to write, such as swing-up.mcap')
    .option('--seed <n>', "seed of the episode's reset", integer, 1)
    .addOption(policyOption())
    .addOption(runsOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'record pendulum-ddpg-seed1-1 --out swing-up.mcap --seed 7',
        'record pendulum-ddpg-seed1-1 --policy 4000 --out half-way.mcap',
      ),
    )
    .action(async (run, { runs: runsFolder, out, seed, policy: choice, ...options }) => {
      const output = openOutput(options)
      const answer = await record({ run, runsFolder, out, seed, policy: choice })
      output.line(`${out}: ${answer.steps} steps, return ${answer.return.toFixed(2)}`)
      output.answer(answer)
    })

  program
    .command('export')
    .description("write a run's policy for other programs: as ONNX, as a TensorFlow.js model, or both")
    .argument('<run>', "a run's name or its folder")
    .option('--onnx <file>', 'the ONNX file to write, such as policy.onnx; one that exists is replaced')
    .option('--tfjs <folder>', 'the folder to write a TensorFlow.js layers model to: new, empty or an earlier export')
    .addOption(policyOption())
    .addOption(runsOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'export pendulum-ddpg-seed1-1 --onnx policy.onnx',
        'export pendulum-ddpg-seed1-1 --policy last --onnx policy.onnx --tfjs ./model',
      ),
    )
    .action(async (run, { runs: runsFolder, onnx, tfjs, policy: choice, ...options }) => {
      const output = openOutput(options)
      const answer = await exportPolicy({ run, runsFolder, onnx, tfjs, policy: choice })
      const what = `${policyWords(answer.policy)}${answer.run}, trained for ${answer.trainedSteps} steps`
      if (answer.onnx !== null) output.line(`${onnx}: ${what}, as ONNX`)
      if (answer.tfjs !== null) output.line(`${tfjs}: ${what}, as a TensorFlow.js model`)
      output.answer(answer)
    })

  program
    .command('replay')
    .description('read a rollout file; --verify simulates its actions again and compares every state')
    .argument('<file>', 'a rollout file (.mcap)')
    .option('--verify', 'simulate the recorded actions again and compare every state bit for bit')
    .addOption(jsonOption())
    .addHelpText('after', examples('replay swing-up.mcap', 'replay swing-up.mcap --verify'))
    .action(async (file, { verify, ...options }) => {
      const output = openOutput(options)
      const answer = await replay({ file, verify })
      const isCut = answer.missing !== undefined && answer.missing !== 0
      const end = answer.terminated ? 'terminated' : answer.truncated ? 'time limit' : isCut ? 'cut off' : 'stopped'
      output.line(
        `${answer.scene}, seed ${answer.seed}: ${answer.steps} steps, ${answer.duration.toFixed(2)} s, return ${answer.return.toFixed(2)}, ${end}`,
      )
      if (answer.missing !== undefined) output.line(formatMissing(answer.missing))
      if (answer.verified === true) output.line('verified: every state, observation and reward is equal, bit for bit')
      if (answer.verified === false) output.line(`not verified: ${answer.difference}`)
      output.answer(answer)
      if (answer.verified === false) process.exitCode = EXIT_FAILED
    })

  program
    .command('validate')
    .description('check a scene file and print every problem with its place')
    .argument('<file>', 'a scene file (.json)')
    .addOption(jsonOption())
    .addHelpText('after', examples('validate ./arm.json'))
    .action((file, options) => {
      const output = openOutput(options)
      const { problems, valid } = validate({ file })
      for (const { path, line, column, message } of problems) {
        output.line(`${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`)
      }
      if (valid) output.line(`${file}: valid`)
      output.answer({ file, valid, problems })
      if (!valid) process.exitCode = EXIT_WRONG_USE
    })

  program
    .command('check')
    .description('play a scene in many ways and check that it is a sound task (exit code 2 where it is not)')
    .argument('<scene>', "a built-in scene's name (see torquelab list) or a scene file's path")
    .addOption(jsonOption())
    .addHelpText('after', examples('check hopper', 'check ./arm.json', 'check ./arm.json --json'))
    .action(async (scene, options) => {
      const output = openOutput(options)
      const answer = await checkScene({ scene })
      for (const line of formatCheck(answer)) output.line(line)
      output.answer(answer)
      if (!answer.sound) process.exitCode = EXIT_WRONG_USE
    })

  program
    .command('list')
    .description('list the built-in scenes and the runs')
    .addOption(runsOption())
    .addOption(jsonOption())
    .addHelpText('after', examples('list', 'list --runs ./study --json'))
    .action(({ runs: runsFolder, ...options }) => {
      const output: Output = openOutput(options)
      const answer = list({ runsFolder })
      for (const line of formatList(answer, runsFolder)) output.line(line)
      output.answer(answer)
    })

  program
    .command('compare')
    .description(
      'put runs beside each other: mean, deviation and interquartile mean over seeds, with its 95 % interval',
    )
    .argument('<runs...>', "names of runs, or patterns in quotes such as 'hopper-td3-*'")
    .option('--steps <list>', 'steps at which to compare, such as 5000,10000 (five, evenly, if absent)', integers)
    .addOption(runsOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples("compare 'pendulum-ddpg-*' 'pendulum-td3-*'", "compare 'hopper-*' --steps 100000,300000 --json"),
    )
    .action((names, { runs: runsFolder, steps, ...options }) => {
      const output = openOutput(options)
      const answer = compare({ runs: names, runsFolder, steps })
      for (const line of formatCompare(answer)) output.line(line)
      output.answer(answer)
    })

  program
    .command('app')
    .description('open the desktop app; where there is no display or no Electron, serve it to a browser (the default)')
    .argument('[scene]', 'a scene file to show')
    .addOption(runsOption())
    .addHelpText('after', examples('', 'app ./arm.json'))
    .action(async (scene, { runs: runsFolder }) => {
      const result = await openApp({ runsFolder, ...(scene && { scene }) })
      if (result.opened) {
        process.exitCode = result.exitCode
        return
      }
      process.stderr.write(`torquelab: ${result.reason}; serving the app to a browser instead.\n`)
      await runServe({ runs: runsFolder, port: 0, browse: true })
    })

  program
    .command('serve')
    .description('serve the app to a browser on this machine')
    .option('--port <n>', 'port on the loopback address; 0 takes a free one', integer, 0)
    .option('--browse', 'open the default browser', false)
    .addOption(runsOption())
    .addHelpText('after', examples('serve', 'serve --port 8123 --runs ./study'))
    .action((options) => runServe(options))

  program
    .command('bench')
    .description('measure TorqueLab on this machine (in a clone of the repository)')
    .argument(
      '<name>',
      'which measurement: learner, train, env, fidelity, transfer, touchdowns, curves, rollout, editor, window',
    )
    .argument('[options...]', "the measurement's own options, see docs/benchmarks.md")
    .allowUnknownOption()
    .addOption(jsonOption())
    .addHelpText('after', examples('bench window --json', 'bench learner --quick --engines fused,pytorch'))
    .action(async (name, extra, options) => {
      process.exitCode = await runBench(name, options, extra)
    })

  // exitOverride and configureOutput are not inherited by commands made before them, so copy.
  for (const command of program.commands) command.copyInheritedSettings(program)
  return program
}

function formatMissing(missing: number | null): string {
  if (missing === null)
    return 'the file is cut off, as by a recording that was killed: all steps in front of that are here; record it again for the rest'
  if (missing === 0) return 'the file is cut off or damaged behind its last step; all recorded steps are here'
  return `the file is cut off or damaged: ${missing} recorded steps are lost; all steps before them are here`
}

function integers(text: string): number[] {
  return text.split(',').map(integer)
}

function collect(text: string, previous: string[]): string[] {
  if (!/^\w+=/.test(text)) throw new InvalidArgumentError('It must be name=value, such as batchSize=128.')
  return [...previous, text]
}

function oneLine(text: string): string {
  return text
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .trim()
    .replace(/([^.?!)])$/, '$1.')
}
