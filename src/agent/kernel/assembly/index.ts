/** The kernel's exports: what the engine (fused-engine.ts) calls. Addresses and sizes are those of memory-map.ts. */
import { SATURATED_ACTION } from '../../constants'
import { forward, setInputs } from './forward'
import { criticOf, layerOf, Learner, Network, stripsOf } from './layout'
import { listBytesFor } from './lists'
import {
  ACTOR_CLIPPED,
  ACTOR_PASSES,
  ACTOR_WEIGHTS,
  activate,
  CRITIC_CLIPPED,
  CRITIC_PASSES,
  CRITIC_WEIGHTS,
  FORWARD_PASSES,
} from './phases'
import { commitRecord, sample, scale, updatePriorities } from './replay'
import { QUIT, runPhase } from './threads'
import { advance, transposeBlock } from './weights'

export { blockInputs, layerBytes, learnerBytes, networkBytes, panelColumns, stripRow } from './layout'
export { help } from './threads'

/** First byte after the kernel's own constants. */
export function heapBase(): usize {
  return __heap_base
}

/** Bytes of a list over `width` entries. */
export function listBytes(width: usize): usize {
  return listBytesFor(width)
}

/** Takes in the transition that the engine wrote to slot `next` of the ring. */
export function commit(address: usize): void {
  commitRecord(changetype<Learner>(address))
}

/** Chooses a batch; exported apart for the benches and tests. */
export function chooseBatch(address: usize): void {
  sample(changetype<Learner>(address))
}

/** One update: a batch is chosen, learned from and, in prioritised replay, given the priorities of its errors. False as `learn`. */
export function update(address: usize, updatesPolicy: bool): bool {
  const learner = changetype<Learner>(address)
  sample(learner)
  if (!learn(address, updatesPolicy)) return false
  if (learner.prioritised) updatePriorities(learner)
  return true
}

/**
 * The same on the batch that is chosen already, without new priorities; its results are in the Learner record. False where a helping thread has stopped: the
 * learner is then of no more use, as a part of an update is missing.
 */
export function learn(address: usize, updatesPolicy: bool): bool {
  const learner = changetype<Learner>(address)
  learner.updatesPolicy = updatesPolicy ? 1 : 0
  const isClipped = learner.gradientClip > 0
  if (!runPhase(learner, FORWARD_PASSES) || !runPhase(learner, CRITIC_PASSES)) return false
  criticMetrics(learner)
  for (let index = 0; index < learner.criticCount; index++) advance(criticOf(learner, index))
  if (!runPhase(learner, CRITIC_WEIGHTS)) return false
  if (isClipped && !runPhase(learner, CRITIC_CLIPPED)) return false
  if (!updatesPolicy) return true
  if (!runPhase(learner, ACTOR_PASSES)) return false
  actorMetrics(learner)
  advance(changetype<Network>(learner.actor))
  return runPhase(learner, ACTOR_WEIGHTS) && (!isClipped || runPhase(learner, ACTOR_CLIPPED))
}

/** The policy's action, tanh(actor(observation)), both in the first rows of the learner's batch. */
export function act(address: usize): void {
  const learner = changetype<Learner>(address)
  const actor = changetype<Network>(learner.actor)
  scale(learner, learner.nextObservations, learner.observations)
  setInputs(actor, false, learner.observations, learner.observationStride, 0, 1)
  forward(actor, false, 0, 0, 0, 1, learner.scratch, learner.listBytes)
  activate(learner, actor, false, 0, 1)
}

/** Writes the transposed copies of all weights, after the engine has set these. */
export function transposeWeights(address: usize): void {
  const learner = changetype<Learner>(address)
  transposeNetwork(changetype<Network>(learner.actor))
  for (let index = 0; index < learner.criticCount; index++) transposeNetwork(criticOf(learner, index))
}

/** The same for one network: layers whose inputs' gradients are never wanted have no transposed copy. */
function transposeNetwork(network: Network): void {
  for (let index = 0; index < network.layerCount; index++) {
    const layer = layerOf(network, index)
    if (!layer.transposed) continue
    const strips = stripsOf(layer.panels, layer.fullPanels)
    for (let strip = 0; strip < strips; strip++) transposeBlock(layer, strip, 0, layer.inputs)
  }
}

/** Ends the helping threads. */
export function quit(address: usize): void {
  const learner = changetype<Learner>(address)
  learner.phase = QUIT
  const generation = address + offsetof<Learner>('generation')
  atomic.add<i32>(generation, 1)
  atomic.notify(generation)
}

/** Critic loss and mean Q. Sums in f64 and in the order of rows: the same bits for any number of threads. */
function criticMetrics(learner: Learner): void {
  let squares: f64 = 0
  let values: f64 = 0
  for (let row = 0; row < learner.batch; row++) {
    const at = <usize>row << 2
    const importance = <f64>load<f32>(learner.importance + at)
    values += <f64>load<f32>(learner.values + at)
    for (let index = 0; index < learner.criticCount; index++) {
      const error = <f64>load<f32>(learner.errors + (<usize>(index * learner.batch + row) << 2))
      squares += importance * error * error
    }
  }
  learner.criticLoss = squares / <f64>(learner.batch * learner.criticCount)
  learner.meanQ = values / <f64>learner.batch
}

/** Policy loss, and the share of saturated actions; summed like the critics' metrics. */
function actorMetrics(learner: Learner): void {
  let values: f64 = 0
  let saturated: f64 = 0
  for (let row = 0; row < learner.batch; row++) {
    values += <f64>load<f32>(learner.values + (<usize>row << 2))
    const actions = learner.policyActions + <usize>row * learner.actionStride
    for (let index = 0; index < learner.action; index++) {
      if (Math.abs(<f64>load<f32>(actions + (<usize>index << 2))) > SATURATED_ACTION) saturated += 1
    }
  }
  learner.policyLoss = -values / <f64>learner.batch
  learner.saturation = saturated / <f64>(learner.batch * learner.action)
}
