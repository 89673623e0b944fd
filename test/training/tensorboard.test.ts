/** TensorBoard's event files: the framing against published checksums, the scalars, and no doubles after a resume. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadScene } from '../../src/scene/load.ts'
import { EVENT_FILE, RunFolder } from '../../src/training/run-folder.ts'
import { settingsOf } from '../../src/training/settings.ts'
import { decodeEvent, TensorBoardLog } from '../../src/training/tensorboard.ts'
import { crc32c, readRecords, writeRecord } from '../../src/training/tf-record.ts'
import { train } from '../../src/training/train.ts'
import { fc } from '../properties.ts'

describe('Given the framing', () => {
  it('Then checksums are those of RFC 3720, appendix B.4', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43)
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, index) => index))).toBe(0x46dd794e)
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
  })

  it('Then whatever is written is read back, and a changed byte is found', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { minLength: 1 }), fc.nat(), (parts, place) => {
        const bytes = Uint8Array.from(parts.flatMap((part) => [...writeRecord(part)]))
        expect(readRecords(bytes).map((data) => [...data])).toEqual(parts.map((part) => [...part]))
        bytes[place % bytes.length]! ^= 4
        expect(() => readRecords(bytes)).toThrow(/The record at byte \d+ is damaged/)
      }),
    )
  })
})

const eventsOf = (bytes: Uint8Array) => readRecords(bytes).map(decodeEvent)

describe('Given rows of metrics', () => {
  it('Then each becomes scalars under the names of the field, behind the version of the file', () => {
    const parts: Uint8Array[] = []
    const log = new TensorBoardLog(
      (bytes) => parts.push(bytes),
      () => 1_700_000_000.25,
    )
    const episode = {
      type: 'episode',
      step: 200,
      return: -1000,
      length: 200,
      epsilon: 0.5,
      criticLoss: 2,
      saturation: 0,
    }
    log.add(episode)
    log.add({ ...episode, step: 300, return: -500, length: 100 })
    log.add({
      type: 'evaluation',
      step: 500,
      meanReturn: -250,
      stdReturn: 4,
      minReturn: -300,
      meanLength: 200,
      isBest: true,
    })
    log.add({ type: 'warning', step: 500, message: 'none of its business' })
    log.add({ type: 'timing', step: 500, seconds: 2, stepsPerSecond: 250 })
    const shared = { 'rollout/exploration_rate': 0.5, 'train/critic_loss': 2, 'train/action_saturation': 0 }
    expect(eventsOf(Buffer.concat(parts))).toEqual([
      { step: 0, version: 'brain.Event:2', scalars: {} },
      { step: 200, scalars: { 'rollout/ep_rew_mean': -1000, 'rollout/ep_len_mean': 200, ...shared } },
      { step: 300, scalars: { 'rollout/ep_rew_mean': -750, 'rollout/ep_len_mean': 150, ...shared } },
      {
        step: 500,
        scalars: {
          'eval/mean_reward': -250,
          'eval/std_reward': 4,
          'eval/min_reward': -300,
          'eval/mean_ep_length': 200,
        },
      },
      { step: 500, scalars: { 'time/fps': 250, 'time/time_elapsed': 2 } },
    ])
  })
})

describe('Given a run that is interrupted and resumed', () => {
  let runs: string
  beforeEach(() => {
    runs = mkdtempSync(path.join(os.tmpdir(), 'torquelab-board-'))
  })
  afterEach(() => rmSync(runs, { recursive: true, force: true }))

  it('Then its event file holds what that of the undisturbed run holds, the clock apart', async () => {
    const scene = loadScene(readFileSync('scenes/pendulum.json', 'utf8'), 'scenes/pendulum.json')
    const small = {
      hiddenSizes: [4],
      evaluationInterval: 300,
      evaluationEpisodes: 1,
      reportEpisodes: 1,
      learningStarts: 50,
    }
    const trainOn = (folder: RunFolder, steps: number, resume = false) =>
      train({
        scene,
        seed: 1,
        settings: settingsOf('ddpg', 'default', small),
        budget: { steps },
        engine: 'fused',
        threads: 1,
        folder,
        versions: {},
        resume,
        shouldStop: () => false,
        onEvent: () => {},
      }).finally(() => folder.close())
    const whole = RunFolder.create(runs, 'whole', '')
    await trainOn(whole, 1000)
    const parts = RunFolder.create(runs, 'parts', '')
    // Ends with an evaluation that the undisturbed run does not make.
    await trainOn(parts, 450)
    await trainOn(parts, 1000, true)
    const [one, other] = [whole, parts].map((folder) =>
      eventsOf(readFileSync(folder.path(EVENT_FILE))).filter(({ scalars }) => !('time/fps' in scalars)),
    )
    expect(one!.filter(({ scalars }) => 'rollout/ep_rew_mean' in scalars)).toHaveLength(5)
    expect(other).toEqual(one)
  })
})
