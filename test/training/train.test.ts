/** The training loop over an engine that does as it is told: what is logged, passed on, warned of and refused. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EngineOptions, LearningEngine, Networks, UpdateMetrics } from '../../src/agent/engine.ts'
import { UserError } from '../../src/common/user-error.ts'
import { loadScene } from '../../src/scene/load.ts'
import { checkpointSteps } from '../../src/training/checkpoints.ts'
import { RunFolder } from '../../src/training/run-folder.ts'
import { settingsOf } from '../../src/training/settings.ts'
import { NoLearnerError, type TrainingEvent, type TrainOptions, train } from '../../src/training/train.ts'

/** What the next engine reports of its n-th update, from 1, and where it finds a weight that is not finite. */
let report: (update: number) => UpdateMetrics
let nonFinite: (updates: number) => string | undefined
let created: EngineOptions[]

/** What goes wrong before the first step, if anything. */
let problem: { load?: Error; create?: Error }
/** Environments that are open. */
let open: number

vi.mock('../../src/agent/create-engine.ts', () => ({
  loadEngine: async () => {
    if (problem.load) throw problem.load
    return { name: 'fused', create: (options: EngineOptions) => createEngine(options) }
  },
}))

vi.mock(import('../../src/sim/environment.ts'), async (original) => {
  const { createEnvironment, ...rest } = await original()
  return {
    ...rest,
    createEnvironment: async (scene) => {
      const environment = await createEnvironment(scene)
      open++
      const close = environment.close.bind(environment)
      environment.close = () => {
        open--
        close()
      }
      return environment
    },
  }
})

/** Keeps its initial networks, and learns nothing. */
function createEngine(options: EngineOptions): LearningEngine {
  if (problem.create) throw problem.create
  created.push(options)
  let stored = 0
  let updates = 0
  return {
    name: 'fused',
    get stored() {
      return stored
    },
    act: (_observation, action) => void action.fill(0),
    store: () => void stored++,
    update: () => report(++updates),
    updateOn: () => report(++updates),
    setObservationScaling: () => {},
    setLearningRates: () => {},
    findNonFinite: () => nonFinite(updates),
    exportActor: () => structuredClone(options.networks.actor),
    exportNetworks: (): Networks => structuredClone(options.networks),
    state: () => ({ counts: Float64Array.of(stored, updates) }),
    restore: ({ counts }) => {
      stored = counts![0]!
      updates = counts![1]!
    },
    restoreTransitions: () => {},
    dispose: () => {},
  }
}

let runs: string
let folder: RunFolder
let events: TrainingEvent[]

beforeEach(() => {
  runs = mkdtempSync(path.join(os.tmpdir(), 'torquelab-train-'))
  folder = RunFolder.create(runs, 'one', 'unused')
  events = []
  created = []
  problem = {}
  open = 0
  report = () => ({ criticLoss: 1, meanQ: 2, policyLoss: -2, saturation: 0 })
  nonFinite = () => undefined
})
afterEach(() => {
  folder.close()
  rmSync(runs, { recursive: true, force: true })
})

const SMALL = { hiddenSizes: [4], evaluationInterval: 400, evaluationEpisodes: 1, reportEpisodes: 1, learningStarts: 1 }

const run = (more: Partial<TrainOptions> = {}) =>
  train({
    scene: loadScene(readFileSync('scenes/pendulum.json', 'utf8'), 'scenes/pendulum.json'),
    seed: 1,
    settings: settingsOf('ddpg', 'default', SMALL),
    budget: { steps: 2000 },
    engine: undefined,
    threads: 1,
    relaxedSimd: false,
    folder,
    versions: {},
    shouldStop: () => false,
    onEvent: (event) => events.push(event),
    ...more,
  })

const rows = () =>
  readFileSync(folder.path('metrics.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
const ofType = <Type extends TrainingEvent['type']>(type: Type) =>
  events.filter((event): event is Extract<TrainingEvent, { type: Type }> => event.type === type)

describe('Given threads and relaxed SIMD', () => {
  it('Then the engine gets both, and the run says so at its start', async () => {
    await run({ threads: 3, relaxedSimd: true, budget: { steps: 10 } })
    expect(created).toMatchObject([{ threads: 3, relaxedSimd: true }])
    expect(ofType('started')).toEqual([{ type: 'started', engine: 'fused', threads: 3, relaxedSimd: true }])
  })
})

describe('Given an engine that cannot be had', () => {
  it.each(['load', 'create'] as const)(
    'When it fails to %s, Then the run fails and its environments are closed',
    async (step) => {
      problem = { [step]: new UserError('no engine', 'failure') }
      const refused = await run({ budget: { steps: 10 } }).catch((reason: unknown) => reason)
      expect(refused).toBeInstanceOf(NoLearnerError)
      expect(refused).toMatchObject({ message: 'no engine', kind: 'failure' })
      expect(open).toBe(0)
    },
  )

  it('When all is well, Then they are closed too, once each', async () => {
    await run({ budget: { steps: 10 } })
    expect(created).toHaveLength(1)
    expect(open).toBe(0)
  })
})

describe('Given the settings of TD3', () => {
  it('Then the policy names the algorithm that it was trained with', async () => {
    await run({ settings: settingsOf('td3', 'default', SMALL), budget: { steps: 10 } })
    expect(folder.readPolicy('best').policy.specification.algorithm).toBe('td3')
    await run({ settings: settingsOf('td3', 'default', { ...SMALL, twinCritics: false }), budget: { steps: 10 } })
    expect(folder.readPolicy('last').policy.specification.algorithm).toBe('ddpg')
  })
})

describe('Given a policy that is updated at every second update', () => {
  it("Then an episode's losses are means over the updates that had them", async () => {
    report = (update) => ({ criticLoss: update, meanQ: 0, ...(update % 2 === 0 && { policyLoss: 6, saturation: 0.5 }) })
    await run({ budget: { episodes: 1 } })
    // 200 steps, an update at each.
    expect(rows().find(({ type }) => type === 'episode')).toMatchObject({
      criticLoss: 100.5,
      policyLoss: 6,
      saturation: 0.5,
    })
  })
})

describe('Given an actor that is saturated', () => {
  it('Then one warning is sent and kept, and the run goes on to its end', async () => {
    report = () => ({ criticLoss: 1, meanQ: 2, policyLoss: -2, saturation: 0.97 })
    const result = await run()
    expect(result).toMatchObject({ steps: 2000, episodes: 10 })
    expect(ofType('warning')).toMatchObject([
      { step: 1000, episode: 5, message: expect.stringMatching(/saturated.*97%.*preactivationPenalty/) },
    ])
    expect(rows().filter(({ type }) => type === 'warning')).toEqual(ofType('warning'))
  })

  it('When it recovers, Then there is no warning', async () => {
    report = (update) => ({ criticLoss: 1, meanQ: 2, policyLoss: -2, saturation: update % 1000 < 500 ? 1 : 0 })
    await run()
    expect(ofType('warning')).toEqual([])
  })
})

describe('Given weights that are spoilt', () => {
  const failure = async (): Promise<UserError> => {
    const error = await run().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(UserError)
    return error as UserError
  }

  it('When an evaluation would play them, Then the run fails first, with the place in words', async () => {
    nonFinite = (updates) => (updates >= 800 ? 'actor, layer 2' : undefined)
    const { message, kind } = await failure()
    expect(kind).toBe('failure')
    expect(message).toBe(
      'Training diverged: after step 800 the first weight that is not finite is in actor, layer 2. Train anew with smaller learning rates, or with --set gradientClip=1: with the same settings it diverges again, also where it is resumed.',
    )
    // Neither an evaluation nor a policy of the spoilt weights is kept.
    expect(ofType('evaluation').map(({ step }) => step)).toEqual([0, 400])
    expect(folder.readPolicy('last').policy.specification.trainedSteps).toBe(400)
    expect(folder.readPolicy('best').policy.specification.trainedSteps).toBe(0)
  })

  it('When a checkpoint would hold them, Then the run fails first, and the newest checkpoint is of weights that are whole', async () => {
    nonFinite = (updates) => (updates >= 250 ? 'critic, layer 1' : undefined)
    // A pause waits for its checkpoint.
    let step = 0
    const pauses = { onStep: () => void step++, isPaused: () => step === 200 || step === 300 }
    await expect(run(pauses)).rejects.toThrow(/after step 300 the first weight .* critic, layer 1/)
    expect(checkpointSteps(folder)).toEqual([200, 0])
  })

  it('When the last update of the run spoilt them, Then the run does not end as if it were well', async () => {
    nonFinite = (updates) => (updates >= 2000 ? 'critic, layer 1' : undefined)
    expect((await failure()).message).toContain('critic, layer 1')
  })

  it('When an update reports it, Then the run fails at that step', async () => {
    report = (update) => ({ criticLoss: update === 500 ? Number.POSITIVE_INFINITY : 1, meanQ: 0 })
    expect((await failure()).message).toMatch(/criticLoss is Infinity at step 500/)
  })
})
