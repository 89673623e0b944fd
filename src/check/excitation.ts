/** Ways to move a robot without knowing it: what random play and the search for a termination try, one after the other. */
import type { RandomStream } from '../common/random.ts'
import type { Controller } from '../episode/episode.ts'

export interface Excitation extends Controller {
  /** For people. */
  readonly name: string
}

type Make = (random: RandomStream, size: number, controlStep: number) => Excitation

/** A new action at each step, uniform in [-1, 1]. */
const noise: Make = (random) => ({
  name: 'random actions',
  act: (_, action) => {
    for (let index = 0; index < action.length; index++) action[index] = random.uniform(-1, 1)
  },
})

/** One extreme for each actuator, held for ever. */
const constant: Make = (random, size) => {
  const held = extremes(random, size)
  return { name: 'constant extreme actions', act: (_, action) => action.set(held) }
}

/** Extremes that change at random times, on average every `seconds`. */
const bangBang =
  (seconds: number): Make =>
  (random, size, controlStep) => {
    const chance = Math.min(1, controlStep / seconds)
    const held = extremes(random, size)
    return {
      name: 'bang-bang actions',
      act: (_, action) => {
        for (let index = 0; index < size; index++) {
          if (random.uniform(0, 1) < chance) held[index] = -held[index]!
        }
        action.set(held)
      },
    }
  }

/** Three sines of random frequency (0.1 to 4 Hz) and phase for each actuator. */
const sines: Make = (random, size, controlStep) => {
  const waves = Array.from({ length: size }, () =>
    Array.from({ length: 3 }, () => ({
      frequency: 0.1 * 40 ** random.uniform(0, 1),
      phase: random.uniform(0, 2 * Math.PI),
    })),
  )
  let step = 0
  return {
    name: 'sums of sines',
    reset: () => {
      step = 0
    },
    act: (_, action) => {
      const time = step++ * controlStep
      waves.forEach((parts, index) => {
        const sum = parts.reduce((so, { frequency, phase }) => so + Math.sin(2 * Math.PI * frequency * time + phase), 0)
        action[index] = Math.min(1, Math.max(-1, sum))
      })
    },
  }
}

const ways = [noise, constant, bangBang(0.2), sines, bangBang(1)]

/** The excitation of an episode: the first ones are random play, later ones take turns. */
export function excitationOf(
  episode: number,
  randomEpisodes: number,
  random: RandomStream,
  size: number,
  controlStep: number,
): Excitation {
  const make = episode < randomEpisodes ? noise : ways[episode % ways.length]!
  return make(random, size, controlStep)
}

function extremes(random: RandomStream, size: number): Float32Array {
  return Float32Array.from({ length: size }, () => (random.uniform(0, 1) < 0.5 ? -1 : 1))
}
