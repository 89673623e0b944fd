/** Touchdowns that MuJoCo has and this engine plays again. */
import { readFileSync } from 'node:fs'
import { beforeAll, expect, it } from 'vitest'
import { MujocoTask } from '../../bench/lib/mujoco-task.ts'
import { HORIZONS, replayTouchdowns, type Touchdown, touchdownsOf } from '../../bench/lib/touchdowns.ts'
import { readPolicy } from '../../src/policy/policy-file.ts'
import { loadScene } from '../../src/scene/load.ts'
import type { Scene } from '../../src/scene/schema.ts'
import { createEnvironment } from '../../src/sim/environment.ts'

const hopper = loadScene(readFileSync('scenes/hopper.json', 'utf8'), 'hopper')
const FILE = 'assets/policies/hopper.safetensors'
let touchdowns: Touchdown[]

beforeAll(async () => {
  ;(await createEnvironment(hopper)).close()
  const task = (await MujocoTask.of('hopper'))!
  touchdowns = touchdownsOf(hopper, task, readPolicy(readFileSync(FILE), FILE), [1, 2, 3, 4])
  task.close()
})

it('start in the air, and know what every coordinate of the scene comes to', () => {
  expect(touchdowns.length).toBeGreaterThan(3)
  for (const { start, actions, after } of touchdowns) {
    expect(actions).toHaveLength(HORIZONS.at(-1)!)
    expect(after).toHaveLength(HORIZONS.length)
    expect([...start.keys()].sort()).toEqual(hopper.task.reset.map(({ coordinate }) => coordinate).sort())
    expect(start.get('torso.y')).toBeGreaterThan(0.7)
  }
})

it('are nearer to MuJoCo on ground that gives way than on ground that does not', () => {
  const bodies = hopper.bodies.flatMap((body): Scene['bodies'] => {
    if (body.name === 'carriage' || body.name === 'bedrock') return []
    return body.name === 'ground'
      ? [{ kind: 'fixed', name: body.name, position: body.position, friction: 1, shapes: body.shapes }]
      : [body]
  })
  const joints = hopper.joints.filter(({ name }) => name !== 'creep' && name !== 'give')
  const [soft, hard] = [hopper, { ...hopper, bodies, joints }].map((scene) => replayTouchdowns(scene, touchdowns))
  expect(soft!.score).toBeLessThan(0.75 * hard!.score)
  expect(Object.keys(soft!.differences)).toEqual([...touchdowns[0]!.start.keys()])
})
