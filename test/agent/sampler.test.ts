// What an update learns from: uniform draws, and proportional prioritisation against the formulas of Schaul et al. 2016.
import { describe, expect, test } from 'vitest'
import { createSampler, type Sampler } from '../../src/agent/sampler.ts'
import { RandomStream } from '../../src/common/random.ts'
import { fc } from '../properties.ts'
import { largestDifference, smallSettings } from './engines.ts'

const prioritised = {
  ...smallSettings,
  prioritisedReplay: true,
  replayCapacity: 10,
  priorityExponent: 0.6,
  importanceExponent: 0.4,
  importanceUpdates: 100,
}

describe('Given uniform replay', () => {
  test('when a batch is drawn, then row b has floor(u·stored) with the b-th number of the stream, and the weight 1', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 1000 }), (seed, stored) => {
        const { indices, weights } = draw(createSampler(smallSettings, stream(seed)), stored, 6)
        const random = stream(seed)
        expect([...indices]).toEqual(Array.from({ length: 6 }, () => Math.floor(random.uniform(0, 1) * stored)))
        expect([...weights]).toEqual([1, 1, 1, 1, 1, 1])
      }),
    )
  })

  test('when many are drawn, then each transition is as frequent as any other, and repeats within a batch are', () => {
    const sampler = createSampler(smallSettings, stream(1))
    const counts = new Array<number>(10).fill(0)
    let different = 0
    for (let batch = 0; batch < 20_000; batch++) {
      const { indices } = draw(sampler, 10, 5)
      for (const index of indices) counts[index]!++
      if (new Set(indices).size === 5) different++
    }
    // Each count is binomial: 10000 ± 95.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400)
    // With replacement, 5 of 10 are all different with probability 10·9·8·7·6 / 10⁵ = 0.3024.
    expect(Math.abs(different / 20_000 - 0.3024)).toBeLessThan(4 * Math.sqrt((0.3024 * 0.6976) / 20_000))
  })
})

describe('Given prioritised replay of 10 transitions with known errors', () => {
  const errors = [0.1, 2, 0, 0.5, 1, 1, 3, 0.01, 0.2, 5]
  const raised = errors.map((error) => (error + 1e-6) ** 0.6)
  const total = raised.reduce((sum, value) => sum + value, 0)

  test('when many batches are drawn, then each is as frequent as its error to the power of α', () => {
    const sampler = learned(errors)
    const counts = errors.map(() => 0)
    const batches = 20_000
    for (let batch = 0; batch < batches; batch++) for (const index of draw(sampler, 10, 4).indices) counts[index]!++
    counts.forEach((count, index) => {
      const share = raised[index]! / total
      expect(Math.abs(count / (4 * batches) - share)).toBeLessThan(4 * Math.sqrt(share / (4 * batches)))
    })
  })

  test('when a batch is drawn, then row b comes from the b-th of B equal parts of the sum', () => {
    const sampler = learned(errors)
    for (let batch = 0; batch < 200; batch++) {
      draw(sampler, 10, 5).indices.forEach((index, row) => {
        const before = raised.slice(0, index).reduce((sum, value) => sum + value, 0)
        expect(before).toBeLessThan(((row + 1) * total) / 5 + 1e-5)
        expect(before + raised[index]!).toBeGreaterThan((row * total) / 5 - 1e-5)
      })
    }
  })

  test('when a batch is drawn, then its weights are (N·p)^-β over the largest, with β rising from 0.4 to 1 and staying', () => {
    const sampler = learned(errors)
    for (let update = 0; update < 150; update++) {
      const { indices, weights } = draw(sampler, 10, 5)
      const beta = 0.4 + 0.6 * Math.min(1, update / 100)
      const expected = Array.from(indices, (index) => ((10 * raised[index]!) / total) ** -beta)
      const largest = Math.max(...expected)
      expect(
        largestDifference(
          weights,
          expected.map((weight) => weight / largest),
        ),
      ).toBeLessThan(1e-5)
      expect(Math.max(...weights)).toBe(1)
    }
  })

  test('when α is 0, then all are as frequent and weigh as much', () => {
    const sampler = learned(errors, { ...prioritised, priorityExponent: 0 })
    const { indices, weights } = draw(sampler, 10, 10)
    expect([...indices]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(new Set(weights)).toEqual(new Set([1]))
  })

  test('when a new one is stored, then it gets the largest priority so far', () => {
    const sampler = learned(errors)
    sampler.added(2)
    const counts = errors.map(() => 0)
    for (let batch = 0; batch < 10_000; batch++) for (const index of draw(sampler, 10, 4).indices) counts[index]!++
    // As often as the one with error 5; the deviation of each count is about 80.
    expect(Math.abs(counts[2]! - counts[9]!)).toBeLessThan(500)
    expect(counts[2]).toBeGreaterThan(5000)
  })
})

describe('Given prioritised replay in which nothing was learned from', () => {
  test('when batches are drawn, then all priorities are 1 and every index is a stored one', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 10 }), (seed, stored) => {
        const sampler = createSampler(prioritised, stream(seed))
        for (let slot = 0; slot < stored; slot++) sampler.added(slot)
        const { indices, weights } = draw(sampler, stored, 2 * stored)
        // Two rows to each: a stratum is half a transition wide.
        expect([...indices]).toEqual(Array.from({ length: 2 * stored }, (_, row) => Math.floor(row / 2)))
        expect(new Set(weights)).toEqual(new Set([1]))
      }),
    )
  })
})

describe('Given prioritised replay whose sums are rounded', () => {
  test('when the last value to look up is rounded up to the sum itself, then the last stored index is drawn', () => {
    const largest = { uniform: () => 1 - 2 ** -53 } as unknown as RandomStream
    const sampler = createSampler(prioritised, largest)
    sampler.added(0)
    expect([...draw(sampler, 1, 3).indices]).toEqual([0, 0, 0])
  })

  test('when many batches are drawn, then no index is beyond the stored ones', () => {
    const sampler = createSampler({ ...prioritised, replayCapacity: 1000 }, stream(3))
    const random = stream(4)
    for (let slot = 0; slot < 700; slot++) sampler.added(slot)
    for (let batch = 0; batch < 300; batch++) {
      const { indices } = draw(sampler, 700, 64)
      expect(Math.max(...indices)).toBeLessThan(700)
      sampler.learned(
        indices,
        Array.from(indices, () => 10 ** random.uniform(-8, 3)),
      )
    }
  })
})

function stream(seed: number): RandomStream {
  return RandomStream.derive(seed, 'replay')
}

/** A sampler whose transitions were all learned from, with these errors. */
function learned(errors: readonly number[], settings = prioritised): Sampler {
  const sampler = createSampler(settings, stream(2))
  for (const slot of errors.keys()) sampler.added(slot)
  sampler.learned(Uint32Array.from(errors.keys()), errors)
  return sampler
}

function draw(sampler: Sampler, stored: number, rows: number): { indices: Uint32Array; weights: Float32Array } {
  const batch = { indices: new Uint32Array(rows), weights: new Float32Array(rows) }
  sampler.sample(stored, batch.indices, batch.weights)
  return batch
}
