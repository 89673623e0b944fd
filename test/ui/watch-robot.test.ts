/** Which robot is played where a policy is watched: the scene of the run on show, with the masses and friction that are wanted for it. */
import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import { openScene } from '../../src/host/scenes.ts'
import { totalMass } from '../../src/scene/mass-properties.ts'
import type { PlayRequest } from '../../src/ui/play/messages.ts'
import { runEntry } from './run-entry.ts'

// A window whose host never answers, and a worker that only hears what it is asked.
const asked: PlayRequest[] = []
class Listener {
  postMessage(request: PlayRequest) {
    asked.push(request)
  }
  addEventListener() {}
  terminate() {}
}
vi.stubGlobal('window', {
  torquelab: { post() {}, on() {} },
  matchMedia: () => ({ matches: false, addEventListener() {} }),
})
vi.stubGlobal('document', { documentElement: { dataset: {} } })
vi.stubGlobal('requestAnimationFrame', () => 0)
vi.stubGlobal('Worker', Listener)
afterAll(() => vi.unstubAllGlobals())

const { workspace } = await import('../../src/ui/app/state.ts')
const { chooseRun, runs, shownScene, view } = await import('../../src/ui/train/state.ts')
const { friction, mass } = await import('../../src/ui/train/watch/state.ts')

const hopper = { scene: 'hopper', algorithm: 'td3' }
const { scene } = openScene('hopper')
const trained = totalMass(scene)

/** Shows a run, as the host's answer would, and returns the masses of the robots that were played since. */
function watch(name: string): number[] {
  chooseRun(name)
  shownScene.value = scene
  return played()
}

const played = () => asked.splice(0).flatMap((request) => (request.type === 'load' ? [totalMass(request.scene)] : []))

beforeEach(() => {
  workspace.value = 'train'
  view.value = 'watch'
  runs.value = [runEntry('first', hopper), runEntry('second', hopper)]
})

test('Another robot is for the run on show: the next one begins once, with the robot that it was trained on', () => {
  expect(watch('first')).toEqual([trained])
  mass.value = 2
  friction.value = 0.5
  const [, heavy] = played()
  expect(heavy).toBeCloseTo(2 * trained, 9)
  expect(watch('second')).toEqual([trained])
  expect([mass.value, friction.value]).toEqual([1, 1])
})

test('A look at other views leaves the robot as it was changed', () => {
  watch('first')
  mass.value = 4
  played()
  view.value = 'runs'
  view.value = 'watch'
  expect(played()).toEqual([])
  expect(mass.value).toBe(4)
})
