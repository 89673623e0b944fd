/** Many environments at once: each row is what a single environment does, and episodes start again within the step that ends them. */
import { afterEach, describe, expect, test } from 'vitest'
import {
  createEnvironment,
  createVectorEnvironment,
  MAX_ENVIRONMENTS,
  UserError,
  type VectorEnvironment,
} from '../../src/index.ts'
import { wavering } from './environments.ts'

const open: { close(): void }[] = []
const keep = <T extends { close(): void }>(env: T): T => {
  open.push(env)
  return env
}
const make = async (count: number, scene = 'hopper') => keep(await createVectorEnvironment(scene, count))
afterEach(() => {
  for (const env of open.splice(0)) env.close()
})

/** Row `index` of a batch. */
function row(batch: Float32Array, index: number, env: VectorEnvironment): Float32Array {
  const size = env.spec.observation.length
  return batch.slice(index * size, (index + 1) * size)
}

describe('Given three hoppers in one vector', () => {
  test('when they are stepped through several falls, then each row is what its own environment does', async () => {
    const vector = await make(3)
    const { observations, info } = vector.reset({ seed: 10 })
    expect([...info.seeds]).toEqual([10, 11, 12])
    const singles = await Promise.all([0, 1, 2].map(async () => keep(await createEnvironment('hopper'))))
    singles.forEach((single, index) => {
      expect(row(observations, index, vector)).toEqual(single.reset({ seed: 10 + index }).observation)
    })
    const returns = [0, 0, 0]
    let episodes = 0
    for (const actions of wavering(300, 9)) {
      const batch = vector.step(actions)
      singles.forEach((single, index) => {
        const result = single.step(actions.slice(index * 3, index * 3 + 3))
        returns[index]! += result.reward
        expect(batch.rewards[index]).toBe(result.reward)
        for (const [name, value] of Object.entries(result.terms)) expect(batch.terms[name]![index]).toBe(value)
        expect(batch.terminated[index]).toBe(Number(result.terminated))
        expect(batch.truncated[index]).toBe(Number(result.truncated))
        expect(batch.info.steps[index]).toBe(result.info.step)
        const ended = batch.info.ended.find(({ environment }) => environment === index)
        if (!result.terminated) {
          expect(ended).toBeUndefined()
          expect(row(batch.observations, index, vector)).toEqual(result.observation)
          return
        }
        // The true last observation is kept; the row is already that of the next episode.
        episodes++
        expect(ended).toEqual({
          environment: index,
          finalObservation: result.observation,
          seed: ended!.seed,
          length: result.info.step,
          return: returns[index],
          conditions: result.info.conditions,
        })
        const next = single.reset()
        expect(batch.info.seeds[index]).toBe(next.info.seed)
        expect(row(batch.observations, index, vector)).toEqual(next.observation)
        returns[index] = 0
      })
    }
    expect(episodes).toBeGreaterThan(3)
  })

  test('when a batch is kept, then later steps leave it as it was', async () => {
    const vector = await make(2, 'pendulum')
    vector.reset({ seed: 1 })
    const batch = vector.step([0.5, -0.5])
    const copy = structuredClone(batch)
    vector.step([1, 1])
    expect(batch).toEqual(copy)
  })

  test('when the time limit is reached, then it is truncated with its last observation', async () => {
    const vector = await make(2, 'pendulum')
    vector.reset({ seed: 1 })
    let batch = vector.step([0, 0])
    for (let step = 1; step < 200; step++) batch = vector.step([0, 0])
    expect([...batch.truncated]).toEqual([1, 1])
    expect(batch.info.ended.map(({ length }) => length)).toEqual([200, 200])
    expect(vector.step([0, 0]).info.ended).toEqual([])
  })
})

describe('Given the largest seed', () => {
  test('when several environments start from it, then their seeds go on from 0', async () => {
    const vector = await make(3, 'pendulum')
    expect([...vector.reset({ seed: 4_294_967_295 }).info.seeds]).toEqual([4_294_967_295, 0, 1])
  })
})

describe('Given wrong use', () => {
  test.each([0, 1.5, MAX_ENVIRONMENTS + 1, Number.NaN])(
    'when there are to be %d, then it is refused',
    async (count) => {
      await expect(createVectorEnvironment('pendulum', count)).rejects.toThrow(
        `The number of environments cannot be ${count}: it is an integer from 1 to ${MAX_ENVIRONMENTS}.`,
      )
    },
  )

  test('when actions do not fit, or it steps too early or too late, then it throws a UserError', async () => {
    const vector = await make(2)
    expect(() => vector.step([0])).toThrow(UserError)
    expect(() => vector.step([0])).toThrow(/call reset before step/)
    vector.reset()
    expect(() => vector.step([0, 0, 0])).toThrow('2 environments of "hopper" take 2 × 3 numbers in one list, not 3.')
    vector.close()
    expect(() => vector.step([0, 0, 0, 0, 0, 0])).toThrow(/closed/)
    expect(() => vector.reset()).toThrow(/closed/)
  })
})
