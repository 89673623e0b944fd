/** The command line of the learner's bench. */
import { parseArgs } from 'node:util'
import { suggestion } from '../../src/common/nearest.ts'
import { UserError } from '../../src/common/user-error.ts'
import { type ContestantEngine, contestantEngines } from './contestants.ts'
import { orRefuse } from './or-refuse.ts'

export interface LearnerOptions {
  json: boolean
  engines: ContestantEngine[]
  threadCounts: number[]
  /** Whether the fused engine takes part with relaxed SIMD as well. */
  withRelaxed: boolean
  /** Whether the learner of 256-256 units and 256 transitions is measured too. */
  isComplete: boolean
  rounds: number
  /** Seconds of each contestant's part of a round. */
  seconds: number
  /** The folder of a run whose networks and transitions are timed, in the place of those that the bench trains. */
  run?: string | undefined
  /** Updates that the trained networks have behind them. */
  practiceUpdates: number
}

const complete = { isComplete: true, rounds: 6, seconds: 1.5, practiceUpdates: 20_000 }
const quick = { isComplete: false, rounds: 3, seconds: 0.5, practiceUpdates: 2000 }

/** Throws a UserError for an option that does not exist or makes no sense. The fused engine always takes part. */
export function parseOptions(args: string[]): LearnerOptions {
  const values = parse(args)
  const engines = values.engines?.split(',') ?? [...contestantEngines]
  for (const engine of engines) {
    if (!contestantEngines.includes(engine as ContestantEngine)) {
      throw new UserError(`--engines: there is no "${engine}".${suggestion(engine, contestantEngines)}`)
    }
  }
  const threadCounts = (values.threads ?? '1,2').split(',').map(Number)
  if (!threadCounts.every((count) => Number.isInteger(count) && count >= 1 && count <= 64)) {
    throw new UserError('--threads must be whole numbers from 1 to 64, such as 1,2.')
  }
  return {
    ...(values.quick ? quick : complete),
    json: values.json,
    withRelaxed: values.relaxed,
    run: values.run,
    engines: contestantEngines.filter((engine) => engine === 'fused' || engines.includes(engine)),
    threadCounts: [...new Set(threadCounts)].sort((a, b) => a - b),
  }
}

function parse(args: string[]) {
  const options = {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    engines: { type: 'string' },
    threads: { type: 'string' },
    relaxed: { type: 'boolean', default: false },
    run: { type: 'string' },
  } as const
  return orRefuse(
    () => parseArgs({ args, options }).values,
    '--json, --quick, --relaxed, --engines a,b, --threads 1,2 and --run FOLDER',
  )
}
