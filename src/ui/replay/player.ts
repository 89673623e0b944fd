/** The player of rollouts as a state machine: every way to change what it shows is an event, and `advance` the only door.
 * Pure: it knows neither clock nor host; state.ts feeds it both. */

export const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4, 10] as const

/** What stays from one rollout to the next. */
interface Choices {
  /** Times real time. */
  speed: number
  loop: boolean
}

interface Position {
  id: string
  /** Control steps of the rollout; step 0 is the reset. */
  steps: number
  /** s */
  controlStep: number
  /** Control steps since the reset, with the fraction that has passed of the present one. */
  position: number
}

export type PlayerState = Choices &
  (
    | { status: 'empty' }
    | { status: 'loading'; id: string }
    | ({ status: 'paused' | 'playing' } & Position)
    | { status: 'failed'; id: string; problem: string }
  )

export type PlayerEvent =
  | { type: 'open'; id: string }
  | { type: 'loaded'; id: string; steps: number; controlStep: number }
  | { type: 'failed'; id: string; problem: string }
  | { type: 'close' }
  | { type: 'play' }
  | { type: 'pause' }
  /** Moves by whole steps and pauses. */
  | { type: 'step'; by: number }
  /** Moves to a step, playing or not. */
  | { type: 'seek'; step: number }
  /** Real time that has passed, s. */
  | { type: 'tick'; elapsed: number }
  | { type: 'speed'; speed: number }
  | { type: 'loop'; loop: boolean }

export const initialPlayer: PlayerState = { status: 'empty', speed: 1, loop: false }

/** The step on show: that whose recorded state was the last at the playhead. 0 where no rollout is open. */
export function stepOf(state: PlayerState): number {
  return 'position' in state ? Math.floor(state.position) : 0
}

export function advance(state: PlayerState, event: PlayerEvent): PlayerState {
  const { speed, loop } = state
  switch (event.type) {
    case 'open':
      return { status: 'loading', id: event.id, speed, loop }
    case 'loaded': {
      // Another rollout may have been asked for meanwhile.
      if (state.status !== 'loading' || state.id !== event.id) return state
      const { id, steps, controlStep } = event
      return { status: 'paused', id, steps, controlStep, position: 0, speed, loop }
    }
    case 'failed':
      if (!('id' in state) || state.id !== event.id) return state
      return { status: 'failed', id: event.id, problem: event.problem, speed, loop }
    case 'close':
      return { status: 'empty', speed, loop }
    case 'speed':
      return { ...state, speed: clamp(event.speed, SPEEDS[0], SPEEDS.at(-1)!) }
    case 'loop':
      return { ...state, loop: event.loop }
    default:
      return state.status === 'paused' || state.status === 'playing' ? move(state, event) : state
  }
}

type Open = Extract<PlayerState, Position>

function move(state: Open, event: Extract<PlayerEvent, { type: 'play' | 'pause' | 'step' | 'seek' | 'tick' }>): Open {
  const { steps, position } = state
  switch (event.type) {
    case 'play':
      // At its end it plays from the beginning; a rollout without steps has nothing to play.
      if (steps === 0) return state
      return { ...state, status: 'playing', position: position >= steps ? 0 : position }
    case 'pause':
      return { ...state, status: 'paused', position: Math.floor(position) }
    case 'step':
      return { ...state, status: 'paused', position: clamp(Math.floor(position) + event.by, 0, steps) }
    case 'seek':
      return { ...state, position: clamp(Math.round(event.step), 0, steps) }
    case 'tick': {
      if (state.status !== 'playing') return state
      const next = position + (event.elapsed * state.speed) / state.controlStep
      if (next < steps) return { ...state, position: next }
      // The last step is shown for one control step before it begins anew.
      if (!state.loop) return { ...state, status: 'paused', position: steps }
      return { ...state, position: next < steps + 1 ? next : 0 }
    }
  }
}

/** The next of the offered speeds, up or down. */
export function nextSpeed(speed: number, direction: 1 | -1): number {
  const next = direction > 0 ? SPEEDS.find((each) => each > speed) : SPEEDS.findLast((each) => each < speed)
  return next ?? speed
}

function clamp(value: number, least: number, greatest: number): number {
  return Math.min(greatest, Math.max(least, value))
}
