/**
 * The replay buffer: a ring of records [observation, action, reward, discount, next observation], its uniform and its
 * prioritised sampler (Schaul et al. 2016, proportional, by a sum tree), and the batch that is gathered from it.
 */
import { PRIORITY_FLOOR } from '../../constants'
import { Learner } from './layout'
import { normal, uniform } from './random'

/** Takes in the record that was written to slot `next`. */
export function commitRecord(learner: Learner): void {
  const slot = learner.next
  if (learner.prioritised) setPriority(learner, slot, learner.largestPriority)
  learner.next = slot + 1 == learner.capacity ? 0 : slot + 1
  if (learner.stored < learner.capacity) learner.stored++
}

/** Chooses the batch: indices, importance weights and the noise on the target policy's actions. */
export function sample(learner: Learner): void {
  if (learner.prioritised) samplePrioritised(learner)
  else {
    for (let row = 0; row < learner.batch; row++) {
      store<u32>(learner.indices + (<usize>row << 2), <u32>(uniform(learner.replayRandom) * <f64>learner.stored))
      store<f32>(learner.importance + (<usize>row << 2), 1)
    }
  }
  const values = learner.batch * learner.action
  for (let value = 0; value < values; value++) {
    let noise: f64 = 0
    if (learner.targetNoise > 0) {
      noise = learner.targetNoise * normal(learner.noiseRandom)
      noise = min(max(noise, -learner.targetNoiseClip), learner.targetNoiseClip)
    }
    store<f32>(learner.noise + (<usize>value << 2), <f32>noise)
  }
}

/** One transition from each of B equal shares of the total priority. */
function samplePrioritised(learner: Learner): void {
  const total = <f64>priority(learner, 1)
  const share = total / <f64>learner.batch
  let largest: f64 = 0
  for (let row = 0; row < learner.batch; row++) {
    let value = (<f64>row + uniform(learner.replayRandom)) * share
    let node: u32 = 1
    while (node < learner.treeLeaves) {
      node <<= 1
      const left = <f64>priority(learner, node)
      if (value >= left) {
        value -= left
        node++
      }
    }
    const index = min(node - learner.treeLeaves, learner.stored - 1)
    const probability = <f64>priority(learner, learner.treeLeaves + index) / total
    const weight = Math.pow(<f64>learner.stored * probability, -learner.importanceExponent)
    largest = max(largest, weight)
    store<u32>(learner.indices + (<usize>row << 2), index)
    store<f32>(learner.importance + (<usize>row << 2), <f32>weight)
  }
  for (let row = 0; row < learner.batch; row++) {
    const at = learner.importance + (<usize>row << 2)
    store<f32>(at, <f32>(<f64>load<f32>(at) / largest))
  }
  learner.importanceExponent = min(1, learner.importanceExponent + learner.importanceIncrement)
}

/** Gives the batch's transitions the priorities of their errors, averaged over the critics. */
export function updatePriorities(learner: Learner): void {
  for (let row = 0; row < learner.batch; row++) {
    let error: f64 = 0
    for (let critic = 0; critic < learner.criticCount; critic++) {
      error += Math.abs(<f64>load<f32>(learner.errors + (<usize>(critic * learner.batch + row) << 2)))
    }
    const raised = <f32>Math.pow(error / <f64>learner.criticCount + PRIORITY_FLOOR, learner.priorityExponent)
    setPriority(learner, load<u32>(learner.indices + (<usize>row << 2)), raised)
    learner.largestPriority = max(learner.largestPriority, raised)
  }
}

@inline
function priority(learner: Learner, node: u32): f32 {
  return load<f32>(learner.tree + (<usize>node << 2))
}

/** Every node above is summed anew, so that rounding does not add up. */
function setPriority(learner: Learner, index: u32, value: f32): void {
  let node = learner.treeLeaves + index
  store<f32>(learner.tree + (<usize>node << 2), value)
  for (node >>= 1; node > 0; node >>= 1) {
    const sum = priority(learner, node << 1) + priority(learner, (node << 1) + 1)
    store<f32>(learner.tree + (<usize>node << 2), sum)
  }
}

/** Copies the observations, scaled, and actions of rows [first, first + rows) of the chosen batch out of the ring. */
export function gather(learner: Learner, first: i32, rows: i32): void {
  const actionBytes = <usize>learner.action << 2
  for (let row = first; row < first + rows; row++) {
    const record = recordOf(learner, row)
    scale(learner, record, learner.observations + <usize>row * learner.observationStride)
    memory.copy(
      learner.actions + <usize>row * learner.actionStride,
      record + (<usize>learner.observation << 2),
      actionBytes,
    )
  }
}

/** The same for the rewards, discounts and next observations. */
export function gatherNext(learner: Learner, first: i32, rows: i32): void {
  for (let row = first; row < first + rows; row++) {
    const at = <usize>row << 2
    const outcome = recordOf(learner, row) + (<usize>(learner.observation + learner.action) << 2)
    store<f32>(learner.rewards + at, load<f32>(outcome))
    store<f32>(learner.discounts + at, load<f32>(outcome, 4))
    scale(learner, outcome + 8, learner.nextObservations + <usize>row * learner.observationStride)
  }
}

@inline
function recordOf(learner: Learner, row: i32): usize {
  return learner.records + <usize>load<u32>(learner.indices + (<usize>row << 2)) * learner.recordBytes
}

/** target ← (source - mean)·scale, for one observation. */
export function scale(learner: Learner, source: usize, target: usize): void {
  for (let index = 0; index < learner.observation; index++) {
    const at = <usize>index << 2
    const centred = load<f32>(source + at) - load<f32>(learner.observationMean + at)
    store<f32>(target + at, centred * load<f32>(learner.observationScale + at))
  }
}
