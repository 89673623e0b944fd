/** A start state of a real run: the networks of its newest checkpoint, and transitions of its replay buffer. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Agent } from '../../src/agent/agent.ts'
import { loadEngine } from '../../src/agent/create-engine.ts'
import { recordLength } from '../../src/agent/engine.ts'
import type { AgentSettings } from '../../src/agent/settings.ts'
import { withoutPrefix } from '../../src/agent/state.ts'
import { RandomStream } from '../../src/common/random.ts'
import { UserError } from '../../src/common/user-error.ts'
import { loadScene } from '../../src/scene/load.ts'
import { specOf } from '../../src/sim/environment.ts'
import { findResumePoint, readRecords } from '../../src/training/checkpoints.ts'
import { RunFolder } from '../../src/training/run-folder.ts'
import { practiceSize } from './practice-task.ts'
import { rowLength, type StartState } from './start-state.ts'

/** Every so many transitions of the run are taken. */
const STRIDE = 7

/** What the peers do not have: in a run that used it, an update would be another one. */
const ABSENT: Partial<AgentSettings> = {
  twinCritics: false,
  targetNoise: 0,
  prioritisedReplay: false,
  observationNormalisation: false,
  layerNormalisation: false,
  batchNormalisation: false,
  gradientClip: 0,
  preactivationPenalty: 0,
}

/** The state of the run in `folder` and the step of its checkpoint. Throws a UserError where the bench cannot time it. */
export async function readRunState(folder: string): Promise<{ state: StartState; step: number }> {
  if (!existsSync(path.join(folder, 'run.json'))) {
    throw new UserError(
      `--run: ${folder} is no run's folder: it has no run.json. Give one such as runs/hopper-ddpg-seed1-1.`,
    )
  }
  const { observation, action } = specOf(loadScene(readFileSync(path.join(folder, 'scene.json'), 'utf8'), folder))
  if (observation.length !== practiceSize.observation || action.length !== practiceSize.action) {
    throw new UserError(
      `--run: this run has ${observation.length} observations and ${action.length} actions; the bench times the hopper's ${practiceSize.observation} and ${practiceSize.action}.`,
    )
  }
  const run = RunFolder.open('', folder)
  const { settings: trained, seed } = run.readDescription()
  for (const [name, off] of Object.entries(ABSENT)) {
    const value = trained[name as keyof AgentSettings]
    if (value !== off)
      throw new UserError(
        `--run: this run was trained with ${name} ${value}, which the peers do not have; give a run of plain DDPG.`,
      )
  }
  const point = await findResumePoint(run)
  if (!point) throw new UserError(`--run: the run in ${folder} has no checkpoint to read.`)
  const { trainer, arrays } = point.checkpoint
  const factory = await loadEngine('fused', trained)
  const agent = new Agent({
    size: practiceSize,
    settings: trained,
    seed,
    createEngine: (parts) => factory.create({ size: practiceSize, settings: trained, threads: 1, ...parts }),
  })
  try {
    agent.restore(withoutPrefix('agent.', arrays))
    const transitions: number[] = []
    const length = recordLength(practiceSize)
    const reward = practiceSize.observation + practiceSize.action
    await readRecords(run, trainer, (_, records) => {
      for (let at = 0; at < records.length; at += STRIDE * length) {
        const record = records.subarray(at, at + length)
        // A run's records have the discount before the next observation.
        transitions.push(...record.subarray(0, reward + 1), ...record.subarray(reward + 2), record[reward + 1]!)
      }
    })
    // Weight decay and what an update is not made of are the peers'.
    const settings = { ...trained, criticL2: 0 }
    const random = RandomStream.derive(1, 'checked batch')
    const count = transitions.length / rowLength(practiceSize)
    const checkIndices = Uint32Array.from({ length: settings.batchSize }, () => random.integer(count))
    const networks = agent.engine.exportNetworks()
    return {
      state: { size: practiceSize, settings, networks, transitions: Float32Array.from(transitions), checkIndices },
      step: trainer.step,
    }
  } finally {
    agent.dispose()
    run.close()
  }
}
