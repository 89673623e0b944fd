/** The player's state machine: every status, the ends, looping and what is refused.
 * Times are exact here because the clock is an event. */
import { describe, expect, it } from 'vitest'
import {
  advance,
  initialPlayer,
  nextSpeed,
  type PlayerEvent,
  type PlayerState,
  SPEEDS,
  stepOf,
} from '../../src/ui/replay/player.ts'
import { fc } from '../properties.ts'

const playerAfter = (...events: PlayerEvent[]): PlayerState => events.reduce(advance, initialPlayer)
const open: PlayerEvent[] = [
  { type: 'open', id: 'a/best.mcap' },
  { type: 'loaded', id: 'a/best.mcap', steps: 200, controlStep: 0.05 },
]

describe('opening', () => {
  it('goes from empty by loading to paused at the reset', () => {
    expect(initialPlayer.status).toBe('empty')
    expect(playerAfter(open[0]!)).toMatchObject({ status: 'loading', id: 'a/best.mcap' })
    expect(playerAfter(...open)).toMatchObject({ status: 'paused', position: 0, steps: 200 })
  })

  it('takes no answer that belongs to another rollout', () => {
    const state = playerAfter({ type: 'open', id: 'b/x.mcap' }, open[1]!)
    expect(state).toMatchObject({ status: 'loading', id: 'b/x.mcap' })
    expect(advance(state, { type: 'failed', id: 'a/best.mcap', problem: 'gone' })).toBe(state)
  })

  it('fails with the problem, while loading and later, and opens again', () => {
    const failed: PlayerEvent = { type: 'failed', id: 'a/best.mcap', problem: 'The file is cut off.' }
    expect(playerAfter(open[0]!, failed)).toMatchObject({ status: 'failed', problem: 'The file is cut off.' })
    expect(playerAfter(...open, failed)).toMatchObject({ status: 'failed' })
    expect(playerAfter(...open, failed, ...open)).toMatchObject({ status: 'paused' })
  })

  it('keeps speed and loop from one rollout to the next', () => {
    const state = playerAfter({ type: 'speed', speed: 2 }, { type: 'loop', loop: true }, ...open)
    expect(state).toMatchObject({ status: 'paused', speed: 2, loop: true })
  })

  it('ignores the controls while nothing is open', () => {
    for (const state of [initialPlayer, playerAfter(open[0]!)]) {
      for (const type of ['play', 'pause'] as const) expect(advance(state, { type })).toBe(state)
      expect(advance(state, { type: 'seek', step: 3 })).toBe(state)
      expect(advance(state, { type: 'tick', elapsed: 1 })).toBe(state)
    }
  })
})

describe('moving', () => {
  it('plays in real time and shows the step whose time has come', () => {
    const state = playerAfter(...open, { type: 'play' }, { type: 'tick', elapsed: 0.049 })
    expect(stepOf(state)).toBe(0)
    expect(stepOf(advance(state, { type: 'tick', elapsed: 0.0011 }))).toBe(1)
    expect(stepOf(playerAfter(...open, { type: 'play' }, { type: 'tick', elapsed: 1.01 }))).toBe(20)
  })

  it('plays at other speeds, within the limits', () => {
    const at = (speed: number) =>
      playerAfter({ type: 'speed', speed }, ...open, { type: 'play' }, { type: 'tick', elapsed: 1.01 })
    expect(stepOf(at(4))).toBe(80)
    expect(stepOf(at(0.1))).toBe(2)
    expect(at(10).speed).toBe(10)
    expect(at(11).speed).toBe(10)
    expect(at(0).speed).toBe(0.1)
  })

  it('goes through the speeds from 0.1 to 10, and no further', () => {
    const up = SPEEDS.map((speed) => nextSpeed(speed, 1))
    expect(up).toEqual([...SPEEDS.slice(1), 10])
    expect(SPEEDS.map((speed) => nextSpeed(speed, -1))).toEqual([0.1, ...SPEEDS.slice(0, -1)])
  })

  it('pauses on a whole step and stays there', () => {
    const state = playerAfter(...open, { type: 'play' }, { type: 'tick', elapsed: 0.33 }, { type: 'pause' })
    expect(state).toMatchObject({ status: 'paused', position: 6 })
    expect(advance(state, { type: 'tick', elapsed: 1 })).toBe(state)
  })

  it('ends paused at the last step, and plays again from the first', () => {
    const ended = playerAfter(...open, { type: 'play' }, { type: 'tick', elapsed: 60 })
    expect(ended).toMatchObject({ status: 'paused', position: 200 })
    expect(advance(ended, { type: 'play' })).toMatchObject({ status: 'playing', position: 0 })
  })

  it('loops after it has shown the last step for its time', () => {
    const looping = playerAfter(...open, { type: 'loop', loop: true }, { type: 'seek', step: 199 }, { type: 'play' })
    const last = advance(looping, { type: 'tick', elapsed: 0.06 })
    expect(stepOf(last)).toBe(200)
    expect(advance(last, { type: 'tick', elapsed: 0.05 })).toMatchObject({ status: 'playing', position: 0 })
  })

  it('steps to the neighbour and pauses', () => {
    const playing = playerAfter(...open, { type: 'play' }, { type: 'tick', elapsed: 0.33 })
    expect(advance(playing, { type: 'step', by: 1 })).toMatchObject({ status: 'paused', position: 7 })
    expect(advance(playing, { type: 'step', by: -1 })).toMatchObject({ status: 'paused', position: 5 })
  })

  it('seeks without stopping', () => {
    const playing = playerAfter(...open, { type: 'play' }, { type: 'seek', step: 150 })
    expect(playing).toMatchObject({ status: 'playing', position: 150 })
  })

  it('has nothing to play in a rollout without steps', () => {
    const loaded: PlayerEvent = { type: 'loaded', id: 'a/best.mcap', steps: 0, controlStep: 0.05 }
    const state = playerAfter(open[0]!, loaded)
    expect(advance(state, { type: 'play' })).toBe(state)
  })

  it('never leaves the rollout, whatever happens', () => {
    const event: fc.Arbitrary<PlayerEvent> = fc.oneof(
      fc.constantFrom<PlayerEvent>(
        { type: 'play' },
        { type: 'pause' },
        { type: 'loop', loop: true },
        { type: 'loop', loop: false },
      ),
      fc.integer({ min: -300, max: 300 }).map((by): PlayerEvent => ({ type: 'step', by })),
      fc.integer({ min: -300, max: 500 }).map((step): PlayerEvent => ({ type: 'seek', step })),
      fc.double({ min: 0, max: 20, noNaN: true }).map((elapsed): PlayerEvent => ({ type: 'tick', elapsed })),
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        let state = playerAfter(...open)
        return events.every((each) => {
          state = advance(state, each)
          return stepOf(state) >= 0 && stepOf(state) <= 200
        })
      }),
    )
  })
})
