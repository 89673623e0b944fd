/**
 * The numbers of a chunk's steps, column by column and as their bits: what is played and verified. A column that follows from the
 * others by the scene's own code is left out. docs/files.md describes it for people.
 */
import * as z from 'zod'
import type { Scene } from '../scene/schema.ts'
import { commandedEfforts, effortCount } from '../sim/efforts.ts'
import { Recomputation } from '../sim/recomputation.ts'
import { frameFromCentre, STATE_STRIDE } from '../sim/state.ts'
import { type Frame, type Step, sumOf } from './rollout.ts'

/** How a column is written, one letter each. */
const FLOAT32 = 'f'
const FLOAT64 = 'd'
/** Of a body's vx and vy: those of its centre of mass, which the physics engine counts in float32. */
const OF_CENTRE = 'c'
/** It is not: it follows from the others. */
const FOLLOWS = '-'

/** Of the columns of a body: x, y, angle, vx, vy, angular velocity. */
const ANGLE = 2
const SPEED = 3
const SPIN = 5

/** A message of `/exact`. */
export const exactMessage = z.object({
  first: z.int().min(0),
  rows: z.int().min(1),
  columns: z.string(),
  numbers: z.base64(),
})
export type ExactSteps = z.infer<typeof exactMessage>

/** Writes and reads the steps of one scene's rollouts. */
export class ExactCodec {
  private readonly scene: Scene
  private readonly recomputation: Recomputation
  /** Where the columns of each quantity begin: bodies × 6, then these. */
  private readonly at: Record<'observation' | 'action' | 'efforts' | 'reward' | 'terms' | 'end', number>
  private readonly arm = { x: 0, y: 0 }

  constructor(scene: Scene) {
    this.scene = scene
    this.recomputation = new Recomputation(scene)
    const observation = STATE_STRIDE * scene.bodies.length
    const action = observation + scene.task.observation.length
    const efforts = action + scene.actuators.length
    const reward = efforts + effortCount(scene)
    const terms = reward + 1
    this.at = { observation, action, efforts, reward, terms, end: terms + scene.task.reward.length }
  }

  /** Throws a RangeError where the lists of a frame are not as long as the scene says, or one of its numbers is not finite. */
  check(frame: Frame | Step): void {
    const { at } = this
    const lengthOf = {
      state: at.observation,
      observation: at.action - at.observation,
      ...('action' in frame && { action: at.efforts - at.action, terms: at.end - at.terms }),
      ...('action' in frame && frame.efforts && { efforts: at.reward - at.efforts }),
    }
    const lists = { reward: [], ...frame } as unknown as Record<string, ArrayLike<number>>
    for (const [name, length] of Object.entries(lengthOf)) {
      const list = lists[name]!
      if (list.length !== length)
        throw new RangeError(`The ${name} of a step has ${length} numbers in this scene, not ${list.length}.`)
      for (let index = 0; index < length; index++) requireFinite(list[index]!)
    }
    if ('action' in frame) requireFinite(frame.reward)
  }

  /**
   * The frames of step `first` and of those that follow it. The first is there for what follows of the second from it; of itself only
   * state, observation and action are kept.
   */
  encode(first: number, frames: readonly (Frame | Step)[]): ExactSteps {
    const rows = frames.length
    const follows = this.findFollowing(first, frames)
    let columns = ''
    const parts: Uint8Array[] = []
    for (let column = 0; column < this.at.end; column++) {
      if (follows[column] === 1) {
        columns += FOLLOWS
        continue
      }
      const values = Float64Array.from(frames, (frame) => this.valueOf(frame, column))
      const singles = Float32Array.from(values)
      const letter = areSame(singles, values) ? FLOAT32 : this.ofCentre(frames, column, singles) ? OF_CENTRE : FLOAT64
      columns += letter
      parts.push(toPlanes(letter === FLOAT64 ? values : singles))
    }
    return { first, rows, columns, numbers: Buffer.concat(parts).toString('base64') }
  }

  /** The frames behind the first of a message, and the first too if it is the reset; undefined where the message is damaged. */
  decode({ first, rows, columns, numbers }: ExactSteps): (Frame | Step)[] | undefined {
    const { at, scene } = this
    const bytes = Buffer.from(numbers, 'base64')
    if (columns.length !== at.end) return undefined
    const table: (Float64Array | Float32Array | undefined)[] = []
    let from = 0
    for (const [column, letter] of [...columns].entries()) {
      const isKnown =
        letter === FLOAT32 ||
        letter === FLOAT64 ||
        (letter === OF_CENTRE && this.centreOf(column)) ||
        (letter === FOLLOWS && column >= at.observation && (column < at.action || column >= at.efforts))
      if (!isKnown) return undefined
      if (letter === FOLLOWS) {
        table.push(undefined)
        continue
      }
      const size = rows * (letter === FLOAT64 ? 8 : 4)
      if (from + size > bytes.length) return undefined
      const values = fromPlanes(bytes.subarray(from, from + size), letter === FLOAT64 ? Float64Array : Float32Array)
      if (!values.every(Number.isFinite)) return undefined
      table.push(values)
      from += size
    }
    if (from !== bytes.length) return undefined
    const frames = Array.from({ length: rows }, (_, row) => {
      const state = new Float64Array(at.observation)
      for (let column = 0; column < state.length; column++) state[column] = table[column]![row]!
      for (let column = 0; column < state.length; column++) {
        if (columns[column] === OF_CENTRE) state[column]! += this.armAt(state, column)
      }
      const list = (begin: number, end: number, derived: ArrayLike<number>) =>
        Array.from({ length: end - begin }, (_, index) => table[begin + index]?.[row] ?? derived[index]!)
      const action = Float32Array.from(list(at.action, at.efforts, []))
      const { recomputation } = this
      recomputation.follow(state, action, first + row)
      const observation = Float32Array.from(list(at.observation, at.action, recomputation.observation))
      if (first + row === 0) return { state, observation }
      const terms = Float64Array.from(list(at.terms, at.end, recomputation.terms))
      const reward = table[at.reward]?.[row] ?? sumOf(terms)
      const efforts = Float64Array.from(list(at.efforts, at.reward, commandedEfforts(scene, action)))
      return { state, observation, action, efforts, reward, terms }
    })
    const kept = frames.slice(first === 0 ? 0 : 1)
    const isSound = (frame: Frame | Step) =>
      frame.observation.every(Number.isFinite) && (!('terms' in frame) || frame.terms.every(Number.isFinite))
    return kept.every(isSound) ? kept : undefined
  }

  /** 1 for each column that follows from others in all frames. */
  private findFollowing(first: number, frames: readonly (Frame | Step)[]): Uint8Array {
    const { at, scene, recomputation } = this
    const follows = new Uint8Array(at.end).fill(1, at.observation, at.action).fill(1, at.efforts)
    const compare = (begin: number, recorded: ArrayLike<number>, derived: ArrayLike<number>) => {
      for (let index = 0; index < recorded.length; index++) {
        if (!Object.is(recorded[index], derived[index])) follows[begin + index] = 0
      }
    }
    for (const [row, frame] of frames.entries()) {
      const action = 'action' in frame ? frame.action : new Float32Array(at.efforts - at.action)
      recomputation.follow(frame.state, action, first + row)
      compare(at.observation, frame.observation, recomputation.observation)
      if (row === 0 || !('action' in frame)) continue
      compare(at.terms, frame.terms, recomputation.terms)
      compare(at.reward, [frame.reward], [sumOf(frame.terms)])
      if (frame.efforts) compare(at.efforts, frame.efforts, commandedEfforts(scene, action))
    }
    return follows
  }

  private valueOf(frame: Frame | Step, column: number): number {
    const { at } = this
    if (column < at.observation) return frame.state[column]!
    if (column < at.action) return frame.observation[column - at.observation]!
    if (!('action' in frame)) return 0
    if (column < at.efforts) return frame.action[column - at.action]!
    // Those of a step that has none are what its action commands.
    if (column < at.reward) return (frame.efforts ?? commandedEfforts(this.scene, frame.action))[column - at.efforts]!
    return column === at.reward ? frame.reward : frame.terms[column - at.terms]!
  }

  /** Whether float32 velocities of the centre of mass give those of the frame, to the bit: they stand in `singles` then. */
  private ofCentre(frames: readonly (Frame | Step)[], column: number, singles: Float32Array): boolean {
    if (!this.centreOf(column)) return false
    return frames.every(({ state }, row) => {
      const arm = this.armAt(state, column)
      singles[row] = state[column]! - arm
      return Object.is(singles[row] + arm, state[column])
    })
  }

  /** The centre of mass of the body whose vx or vy this column is; undefined of any other, and of a body that is not dynamic. */
  private centreOf(column: number) {
    const quantity = column % STATE_STRIDE
    if (column >= this.at.observation || quantity < SPEED || quantity === SPIN) return undefined
    return this.recomputation.plan.masses[Math.floor(column / STATE_STRIDE)]?.centre
  }

  /** What is to be added to the velocity of the centre of mass to give the frame's. */
  private armAt(state: Float64Array, column: number): number {
    const body = column - (column % STATE_STRIDE)
    frameFromCentre(this.centreOf(column)!, state[body + ANGLE]!, state[body + SPIN]!, this.arm)
    return column - body === SPEED ? this.arm.x : this.arm.y
  }
}

function requireFinite(value: number): void {
  if (!Number.isFinite(value)) throw new RangeError(`A rollout holds finite numbers; ${value} is none.`)
}

function areSame(singles: Float32Array, values: Float64Array): boolean {
  return singles.every((single, index) => Object.is(single, values[index]))
}

/** First the highest byte of every number, then the next: those that differ little from row to row stand together. */
function toPlanes(values: Float32Array | Float64Array): Uint8Array {
  const { length, BYTES_PER_ELEMENT: size } = values
  const view = new DataView(values.buffer)
  const planes = new Uint8Array(length * size)
  for (let row = 0; row < length; row++) {
    for (let plane = 0; plane < size; plane++)
      planes[plane * length + row] = view.getUint8(row * size + bytePlace(size, plane))
  }
  return planes
}

function fromPlanes(
  planes: Uint8Array,
  type: Float32ArrayConstructor | Float64ArrayConstructor,
): Float32Array | Float64Array {
  const size = type.BYTES_PER_ELEMENT
  const length = planes.length / size
  const values = new type(length)
  const view = new DataView(values.buffer)
  for (let row = 0; row < length; row++) {
    for (let plane = 0; plane < size; plane++)
      view.setUint8(row * size + bytePlace(size, plane), planes[plane * length + row]!)
  }
  return values
}

/** Typed arrays have the machine's order of bytes. */
const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1
const bytePlace = (size: number, plane: number) => (IS_LITTLE_ENDIAN ? size - 1 - plane : plane)
