// The replay buffer against a plain list of everything that was stored:
// it keeps the newest, overwrites the oldest, gives back what was stored and refuses an index that it does not hold.
import { describe, expect, test } from 'vitest'
import type { ProblemSize } from '../../src/agent/engine.ts'
import { type Batch, ReplayBuffer } from '../../src/agent/replay-buffer.ts'
import { fc } from '../properties.ts'

interface Transition {
  observation: Float32Array
  action: Float32Array
  reward: number
  nextObservation: Float32Array
  discount: number
}

const sizes = fc.record({ observation: fc.integer({ min: 1, max: 4 }), action: fc.integer({ min: 1, max: 3 }) })

describe('Given a buffer of any capacity', () => {
  test('when any number of transitions is stored, then it holds the newest, each in its slot of the ring', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 7 }), fc.nat(30), (size, capacity, count) => {
        const { buffer, list } = filled(capacity, size, count)
        expect(buffer.stored).toBe(Math.min(count, capacity))
        const indices = Uint32Array.from({ length: buffer.stored }, (_, index) => index)
        const batch = buffer.allocateBatch(indices.length)
        buffer.gather(indices, batch)
        for (const index of indices) expectRow(batch, index, lastOfSlot(list, index, capacity), size)
      }),
    )
  })

  test('when indices are gathered in any order and repeatedly, then each row holds the transition of its index', () => {
    fc.assert(
      fc.property(
        sizes,
        fc.array(fc.nat(4), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 5, max: 13 }),
        (size, chosen, count) => {
          const { buffer, list } = filled(5, size, count)
          const batch = buffer.allocateBatch(chosen.length)
          buffer.gather(Uint32Array.from(chosen), batch)
          chosen.forEach((index, row) => {
            expectRow(batch, row, lastOfSlot(list, index, 5), size)
          })
        },
      ),
    )
  })

  test('when a batch is gathered into again, then nothing of its rows before is left', () => {
    const size = { observation: 2, action: 2 }
    const { buffer, list } = filled(6, size, 6)
    const batch = buffer.allocateBatch(2)
    buffer.gather(Uint32Array.of(0, 1), batch)
    buffer.gather(Uint32Array.of(5, 2), batch)
    expectRow(batch, 0, list[5]!, size)
    expectRow(batch, 1, list[2]!, size)
  })
})

describe('Given a full buffer', () => {
  test('when one more transition is stored, then the oldest is the one that is gone', () => {
    const size = { observation: 1, action: 1 }
    const { buffer } = filled(3, size, 3)
    expect(rewardsIn(buffer)).toEqual([0, 1, 2])
    store(buffer, { ...transition(size, 9), reward: 9 })
    expect(rewardsIn(buffer).toSorted()).toEqual([1, 2, 9])
    store(buffer, { ...transition(size, 10), reward: 10 })
    expect(new Set(rewardsIn(buffer))).toEqual(new Set([2, 9, 10]))
  })
})

describe('Given a transition in the buffer', () => {
  test('when the arrays that it came in are written to, as an environment does at the next step, then it stays', () => {
    const size = { observation: 2, action: 1 }
    const buffer = new ReplayBuffer(4, size)
    const reused = transition(size, 1)
    store(buffer, reused)
    reused.observation.fill(99)
    reused.action.fill(99)
    reused.nextObservation.fill(99)
    const batch = buffer.allocateBatch(1)
    buffer.gather(Uint32Array.of(0), batch)
    expectRow(batch, 0, transition(size, 1), size)
  })

  test('when the batch that it was gathered into is written to, then it stays', () => {
    const size = { observation: 2, action: 1 }
    const { buffer, list } = filled(4, size, 4)
    const batch = buffer.allocateBatch(1)
    buffer.gather(Uint32Array.of(2), batch)
    for (const values of Object.values(batch)) values.fill(99)
    const again = buffer.allocateBatch(1)
    buffer.gather(Uint32Array.of(2), again)
    expectRow(again, 0, list[2]!, size)
  })
})

describe('Given a buffer that is not full', () => {
  test('when an index is not below the number stored, then gathering it throws and names the index', () => {
    const size = { observation: 1, action: 1 }
    fc.assert(
      fc.property(fc.nat(9), fc.nat(40), (count, excess) => {
        const { buffer } = filled(10, size, count)
        const index = count + excess
        const gather = () => buffer.gather(Uint32Array.of(index), buffer.allocateBatch(1))
        expect(gather).toThrow(RangeError)
        expect(gather).toThrow(`no stored transition ${index};`)
      }),
    )
  })

  test('when the index is the last stored, then it is gathered', () => {
    const size = { observation: 1, action: 1 }
    const { buffer, list } = filled(10, size, 4)
    const batch = buffer.allocateBatch(1)
    buffer.gather(Uint32Array.of(3), batch)
    expectRow(batch, 0, list[3]!, size)
  })

  test('when it is full, then an index beyond its capacity throws too', () => {
    const { buffer } = filled(3, { observation: 1, action: 1 }, 8)
    expect(() => buffer.gather(Uint32Array.of(3), buffer.allocateBatch(1))).toThrow(RangeError)
  })
})

/** A buffer into which `count` transitions were stored, and the list of them all. */
function filled(capacity: number, size: ProblemSize, count: number): { buffer: ReplayBuffer; list: Transition[] } {
  const buffer = new ReplayBuffer(capacity, size)
  const list = Array.from({ length: count }, (_, index) => transition(size, index))
  for (const one of list) store(buffer, one)
  return { buffer, list }
}

/** A transition in which every number tells where it belongs. */
function transition(size: ProblemSize, index: number): Transition {
  const values = (length: number, part: number) =>
    Float32Array.from({ length }, (_, column) => 1000 * index + 100 * part + column)
  return {
    observation: values(size.observation, 1),
    action: values(size.action, 2),
    reward: index,
    nextObservation: values(size.observation, 3),
    discount: index % 3 === 2 ? 0 : 0.5 ** (index % 4),
  }
}

function store(buffer: ReplayBuffer, { observation, action, reward, nextObservation, discount }: Transition): void {
  buffer.store(observation, action, reward, nextObservation, discount)
}

/** The transition that was last stored into a slot of the ring. */
function lastOfSlot(list: readonly Transition[], slot: number, capacity: number): Transition {
  return list.findLast((_, index) => index % capacity === slot)!
}

function expectRow(batch: Batch, row: number, expected: Transition, size: ProblemSize): void {
  const rowOf = (values: Float32Array, width: number) => values.slice(row * width, (row + 1) * width)
  expect(rowOf(batch.observations, size.observation)).toEqual(expected.observation)
  expect(rowOf(batch.actions, size.action)).toEqual(expected.action)
  expect(batch.rewards[row]).toBe(expected.reward)
  expect(rowOf(batch.nextObservations, size.observation)).toEqual(expected.nextObservation)
  expect(batch.discounts[row]).toBe(expected.discount)
}

function rewardsIn(buffer: ReplayBuffer): number[] {
  const batch = buffer.allocateBatch(buffer.stored)
  buffer.gather(
    Uint32Array.from({ length: buffer.stored }, (_, index) => index),
    batch,
  )
  return [...batch.rewards]
}
