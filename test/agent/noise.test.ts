// The exploration noise against the closed forms of its recurrence x ← x + θ(0 - x)dt + σ√dt·N(0, 1):
// an autoregressive process of order 1 with coefficient 1 - θdt and innovations of variance σ²dt.
import { describe, expect, test } from 'vitest'
import {
  createNoise,
  drawTargetNoise,
  GaussianNoise,
  OrnsteinUhlenbeckNoise,
  type OrnsteinUhlenbeckSettings,
} from '../../src/agent/noise.ts'
import { presets } from '../../src/agent/presets.ts'
import { RandomStream } from '../../src/common/random.ts'
import { fc } from '../properties.ts'

const processes: OrnsteinUhlenbeckSettings[] = [
  { theta: 0.15, sigma: 0.2, timeStep: 1 },
  { theta: 0.5, sigma: 0.05, timeStep: 0.5 },
  { theta: 2, sigma: 1, timeStep: 0.1 },
  { theta: 1.5, sigma: 0.3, timeStep: 1 },
]

describe.each(processes)('Given noise with θ = $theta, σ = $sigma and dt = $timeStep', (settings) => {
  const { theta, sigma, timeStep } = settings
  const coefficient = 1 - theta * timeStep
  const series = run(settings, 300_000)

  test('when it runs for long, then its variance is σ²dt / (1 - (1 - θdt)²)', () => {
    const expected = (sigma ** 2 * timeStep) / (1 - coefficient ** 2)
    expect(Math.abs(meanProduct(series, 0) / expected - 1)).toBeLessThan(0.04)
  })

  test('when it runs for long, then its autocorrelation is (1 - θdt) after one step and that squared after two', () => {
    expect(Math.abs(meanProduct(series, 1) / meanProduct(series, 0) - coefficient)).toBeLessThan(0.01)
    expect(Math.abs(meanProduct(series, 2) / meanProduct(series, 0) - coefficient ** 2)).toBeLessThan(0.02)
  })

  test('when it runs for long, then its mean is 0', () => {
    // The deviation of the mean of n correlated values is σ√dt / (θdt·√n).
    const deviation = (sigma * Math.sqrt(timeStep)) / (theta * timeStep * Math.sqrt(series.length))
    expect(Math.abs(series.reduce((sum, value) => sum + value, 0) / series.length)).toBeLessThan(4 * deviation)
  })

  test('when it is reset before each step, then each value is an innovation alone: variance σ²dt, no correlation', () => {
    const fresh = run(settings, 100_000, true)
    expect(Math.abs(meanProduct(fresh, 0) / (sigma ** 2 * timeStep) - 1)).toBeLessThan(0.02)
    expect(Math.abs(meanProduct(fresh, 1) / meanProduct(fresh, 0))).toBeLessThan(4 / Math.sqrt(fresh.length))
  })
})

describe('Given noise', () => {
  test('when σ is 0, then what is left of a value after k steps is (1 - θdt)ᵏ of it', () => {
    const unit = fc.double({ min: 0.01, max: 1, noNaN: true })
    fc.assert(
      fc.property(unit, unit, fc.integer({ min: 1, max: 30 }), (theta, timeStep, steps) => {
        const noise = new OrnsteinUhlenbeckNoise(2, { theta, sigma: 0, timeStep }, RandomStream.derive(1, 'noise'))
        noise.value.set([1, -3])
        for (let step = 0; step < steps; step++) noise.step()
        const left = (1 - theta * timeStep) ** steps
        expect(noise.value[0]).toBeCloseTo(left, 10)
        expect(noise.value[1]).toBeCloseTo(-3 * left, 10)
      }),
    )
  })

  test('when it starts, then every value is 0', () => {
    const noise = new OrnsteinUhlenbeckNoise(3, processes[0]!, RandomStream.derive(1, 'noise'))
    expect([...noise.value]).toEqual([0, 0, 0])
  })

  test('when it is reset, then every value is 0 and its random numbers go on instead of repeating', () => {
    const noise = new OrnsteinUhlenbeckNoise(2, processes[0]!, RandomStream.derive(1, 'noise'))
    const episode = (): number[] => {
      noise.step()
      return [...noise.value]
    }
    const first = episode()
    noise.reset()
    expect([...noise.value]).toEqual([0, 0])
    expect(episode()).not.toEqual(first)
  })

  test('when there are two actions, then their noise is independent', () => {
    // θdt = 1: nothing is left of the step before, so that 1/√n bounds the correlation.
    const noise = new OrnsteinUhlenbeckNoise(2, { theta: 1, sigma: 1, timeStep: 1 }, RandomStream.derive(2, 'noise'))
    const count = 50_000
    let product = 0
    let squares = 0
    for (let step = 0; step < count; step++) {
      noise.step()
      product += noise.value[0]! * noise.value[1]!
      squares += noise.value[1]! ** 2
    }
    expect(Math.abs(product / count)).toBeLessThan(4 / Math.sqrt(count))
    expect(Math.abs(squares / count - 1)).toBeLessThan(0.03)
  })

  test('when two have streams of the same seed, then they are the same', () => {
    const [first, second] = [run(processes[0]!, 20), run(processes[0]!, 20)]
    expect(first).toEqual(second)
    expect(new Set(first).size).toBe(20)
  })
})

describe('Given Gaussian noise of deviation 0.3', () => {
  const noise = new GaussianNoise(2, 0.3, RandomStream.derive(4, 'noise'))
  const series = Array.from({ length: 100_000 }, () => {
    noise.step()
    return [...noise.value] as [number, number]
  })
  const first = Float64Array.from(series, ([value]) => value)

  test('when it runs for long, then its variance is 0.09 and its mean 0', () => {
    expect(Math.abs(meanProduct(first, 0) / 0.09 - 1)).toBeLessThan(0.02)
    expect(Math.abs(first.reduce((sum, value) => sum + value, 0) / first.length)).toBeLessThan(
      (4 * 0.3) / Math.sqrt(first.length),
    )
  })

  test('when it runs for long, then 68.3 % of it lies within one deviation and 95.4 % within two', () => {
    const shareWithin = (bound: number) => first.filter((value) => Math.abs(value) < bound).length / first.length
    expect(Math.abs(shareWithin(0.3) - 0.6827)).toBeLessThan(0.006)
    expect(Math.abs(shareWithin(0.6) - 0.9545)).toBeLessThan(0.003)
  })

  test('when it runs for long, then neither steps nor actions are correlated', () => {
    expect(Math.abs(meanProduct(first, 1) / 0.09)).toBeLessThan(4 / Math.sqrt(first.length))
    const product = series.reduce((sum, [a, b]) => sum + a * b, 0) / series.length
    expect(Math.abs(product / 0.09)).toBeLessThan(4 / Math.sqrt(series.length))
  })

  test('when it is reset, then its values are 0', () => {
    noise.reset()
    expect([...noise.value]).toEqual([0, 0])
  })
})

describe('Given the settings of an agent', () => {
  test('when its noise is made, then it is of the kind and strength that they name', () => {
    const random = () => RandomStream.derive(1, 'noise')
    const [uhlenbeck, gaussian] = (['ornstein-uhlenbeck', 'gaussian'] as const).map((noise) =>
      createNoise(1, { ...presets.ddpg.paper, noise, noiseTheta: 0.5, noiseTimeStep: 0.25, noiseSigma: 0.4 }, random()),
    )
    const draws = random()
    let expected = 0
    for (let step = 0; step < 10; step++) {
      const normal = draws.normal()
      expected += -0.5 * expected * 0.25 + 0.4 * 0.5 * normal
      uhlenbeck!.step()
      gaussian!.step()
      expect(uhlenbeck!.value[0]).toBeCloseTo(expected, 12)
      expect(gaussian!.value[0]).toBeCloseTo(0.4 * normal, 12)
    }
  })
})

describe('Given noise for target actions of deviation 0.2, clipped at 0.5', () => {
  const noise = new Float32Array(50_000)
  drawTargetNoise({ targetNoise: 0.2, targetNoiseClip: 0.5 }, RandomStream.derive(6, 'target noise'), noise)

  test('when much of it is drawn, then none is beyond the clip, and as much is at it as lies beyond in the normal', () => {
    expect(noise.every((value) => Math.abs(value) <= 0.5)).toBe(true)
    const clipped = noise.filter((value) => Math.abs(value) === 0.5).length / noise.length
    // P(|N(0, 1)| > 2.5)
    expect(Math.abs(clipped - 0.01242)).toBeLessThan(0.002)
  })

  test('when much of it is drawn, then its variance is that of a clipped normal', () => {
    // 0.04 times 1 - 2(z·φ(z) + Q(z) - z²·Q(z)) at z = 2.5, with φ(z) = 0.017528 and Q(z) = 0.0062097.
    const expected = 0.04 * (1 - 2 * (2.5 * 0.017528 + 0.0062097 - 6.25 * 0.0062097))
    expect(Math.abs(meanProduct(Float64Array.from(noise), 0) / expected - 1)).toBeLessThan(0.03)
  })
})

/** `count` values of one action's noise; `fresh` resets it before each. */
function run(settings: OrnsteinUhlenbeckSettings, count: number, fresh = false): Float64Array {
  const noise = new OrnsteinUhlenbeckNoise(1, settings, RandomStream.derive(20, 'noise'))
  return Float64Array.from({ length: count }, () => {
    if (fresh) noise.reset()
    noise.step()
    return noise.value[0]!
  })
}

/** Mean of x[t]·x[t + lag]: the variance and, divided by it, the autocorrelation of noise around 0. */
function meanProduct(series: Float64Array, lag: number): number {
  const count = series.length - lag
  let sum = 0
  for (let index = 0; index < count; index++) sum += series[index]! * series[index + lag]!
  return sum / count
}
