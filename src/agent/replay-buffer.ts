/** A ring of transitions in typed arrays: the newest `capacity` are kept. Memory is touched only as it fills. */
import type { ProblemSize } from './engine.ts'
import { arrayOf, type StateArrays } from './state.ts'

/** Transitions gathered for an update, row-major: observations [B, O], actions [B, A], rewards [B], next observations [B, O], discounts [B]. */
export interface Batch {
  observations: Float32Array
  actions: Float32Array
  rewards: Float32Array
  nextObservations: Float32Array
  /** What the value of the next observation counts; 0 after a termination. */
  discounts: Float32Array
}

export class ReplayBuffer {
  readonly capacity: number
  private readonly size: ProblemSize
  private readonly transitions: Batch
  private next = 0
  private count = 0

  constructor(capacity: number, size: ProblemSize) {
    this.capacity = capacity
    this.size = size
    this.transitions = allocate(capacity, size)
  }

  /** Transitions held. */
  get stored(): number {
    return this.count
  }

  /** Copies the transition in and returns its slot in the ring. */
  store(
    observation: Float32Array,
    action: Float32Array,
    reward: number,
    nextObservation: Float32Array,
    discount: number,
  ): number {
    const { transitions, next: slot } = this
    transitions.observations.set(observation, slot * this.size.observation)
    transitions.actions.set(action, slot * this.size.action)
    transitions.rewards[slot] = reward
    transitions.nextObservations.set(nextObservation, slot * this.size.observation)
    transitions.discounts[slot] = discount
    this.next = (slot + 1) % this.capacity
    this.count = Math.min(this.count + 1, this.capacity)
    return slot
  }

  /** Number of the slot that the next transition goes to, and transitions held. */
  state(): StateArrays {
    return { ring: Float64Array.of(this.next, this.count) }
  }

  /** Takes up a ring whose transitions `restoreRecord` then brings. */
  restore(state: StateArrays): void {
    const [next, count] = arrayOf(state, 'ring', Float64Array, 2)
    this.next = next!
    this.count = count!
  }

  /** Writes a record [observation, action, reward, discount, next observation] to a slot. */
  restoreRecord(slot: number, record: Float32Array): void {
    const { observation, action } = this.size
    const { transitions } = this
    const rewardAt = observation + action
    transitions.observations.set(record.subarray(0, observation), slot * observation)
    transitions.actions.set(record.subarray(observation, rewardAt), slot * action)
    transitions.rewards[slot] = record[rewardAt]!
    transitions.discounts[slot] = record[rewardAt + 1]!
    transitions.nextObservations.set(record.subarray(rewardAt + 2), slot * observation)
  }

  /** Room for a batch of `count` transitions, to be refilled by `gather`. */
  allocateBatch(count: number): Batch {
    return allocate(count, this.size)
  }

  /** Copies the transitions of these slots into the batch. Throws a RangeError for a slot that holds none. */
  gather(indices: Uint32Array, batch: Batch): void {
    const { observation, action } = this.size
    const { transitions } = this
    indices.forEach((index, row) => {
      if (index >= this.count) throw new RangeError(`There is no stored transition ${index}; ${this.count} are stored.`)
      copyRow(transitions.observations, index, batch.observations, row, observation)
      copyRow(transitions.actions, index, batch.actions, row, action)
      copyRow(transitions.nextObservations, index, batch.nextObservations, row, observation)
      batch.rewards[row] = transitions.rewards[index]!
      batch.discounts[row] = transitions.discounts[index]!
    })
  }
}

function allocate(count: number, { observation, action }: ProblemSize): Batch {
  return {
    observations: new Float32Array(count * observation),
    actions: new Float32Array(count * action),
    rewards: new Float32Array(count),
    nextObservations: new Float32Array(count * observation),
    discounts: new Float32Array(count),
  }
}

function copyRow(from: Float32Array, fromRow: number, to: Float32Array, toRow: number, width: number): void {
  for (let column = 0; column < width; column++) to[toRow * width + column] = from[fromRow * width + column]!
}
