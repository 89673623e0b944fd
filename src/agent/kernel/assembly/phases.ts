/**
 * One update as phases of independent tasks:
 *
 * 1. CRITIC_PASSES, by rows of the batch: gather, targets, the critics forwards and backwards to their layers' gradients;
 * 2. CRITIC_WEIGHTS, by blocks of weights: gradients, Adam, soft update (clipped: Adam in a phase of its own);
 * 3. ACTOR_PASSES, by rows: the actor, the new critic, dQ/da, and the actor backwards;
 * 4. ACTOR_WEIGHTS, like 2.
 */
import { backward, backwardToActions, forward, setInputs } from './forward'
import { criticOf, layerOf, Learner, Network } from './layout'
import { gather } from './replay'
import { applyClipped, updateBlock } from './weights'

export const CRITIC_PASSES: i32 = 0
export const CRITIC_WEIGHTS: i32 = 1
export const CRITIC_CLIPPED: i32 = 2
export const ACTOR_PASSES: i32 = 3
export const ACTOR_WEIGHTS: i32 = 4
export const ACTOR_CLIPPED: i32 = 5

/** Tasks of a phase: blocks of rows of the batch, or blocks of weights of the networks that it updates. */
export function taskCount(learner: Learner, phase: i32): i32 {
  if (phase == CRITIC_PASSES || phase == ACTOR_PASSES) return (learner.batch + learner.taskRows - 1) / learner.taskRows
  const actor = changetype<Network>(learner.actor)
  if (phase == ACTOR_WEIGHTS || phase == ACTOR_CLIPPED) return actor.blocks
  return learner.criticCount * criticOf(learner, 0).blocks
}

/** Runs task `task` of a phase; `scratch` is the memory of the thread that took it. */
export function runTask(learner: Learner, phase: i32, task: i32, scratch: usize): void {
  const first = task * learner.taskRows
  const rows = min(learner.taskRows, learner.batch - first)
  if (phase == CRITIC_PASSES) passCritics(learner, first, rows, scratch)
  else if (phase == ACTOR_PASSES) passActor(learner, first, rows, scratch)
  else {
    const updatesTargets = learner.updatesPolicy != 0
    if (phase == ACTOR_WEIGHTS || phase == ACTOR_CLIPPED) {
      const actor = changetype<Network>(learner.actor)
      if (phase == ACTOR_WEIGHTS) updateBlock(learner, actor, task, scratch, updatesTargets)
      else applyClipped(learner, actor, task, updatesTargets)
    } else {
      // The critics in turns: the small blocks of their last layers are the last tasks, so that threads end together.
      const critic = criticOf(learner, task % learner.criticCount)
      const block = task / learner.criticCount
      if (phase == CRITIC_WEIGHTS) updateBlock(learner, critic, block, scratch, updatesTargets)
      else applyClipped(learner, critic, block, updatesTargets)
    }
  }
}

/** CRITIC_PASSES for rows [first, first + rows): leaves each layer's inputs and output gradients for CRITIC_WEIGHTS. */
function passCritics(learner: Learner, first: i32, rows: i32, scratch: usize): void {
  gather(learner, first, rows)
  computeTargets(learner, first, rows, scratch)
  const share = <f32>2 / <f32>learner.batch
  for (let index = 0; index < learner.criticCount; index++) {
    const critic = criticOf(learner, index)
    setInputs(critic, learner.observations, learner.observationStride, first, rows)
    forward(critic, 0, learner.actions, learner.actionStride, first, rows, scratch, learner.listBytes)
    const last = layerOf(critic, critic.layerCount - 1)
    for (let row = first; row < first + rows; row++) {
      const at = <usize>row << 2
      const value = load<f32>(last.output + <usize>row * last.outputStride)
      if (index == 0) store<f32>(learner.values + at, value)
      const error = value - load<f32>(learner.targets + at)
      store<f32>(learner.errors + (<usize>(index * learner.batch + row) << 2), error)
      const gradient = share * load<f32>(learner.importance + at) * error
      store<f32>(last.outputGradient + <usize>row * last.outputGradientStride, gradient)
      store<i32>(critic.liveRows + at, gradient != 0 ? -1 : 0)
    }
    backward(critic, critic.layerCount - 1, 0, first, rows, scratch, learner.listBytes)
  }
}

/** targets ← r + d·min Q'(s', clip(actor'(s') + noise)) */
function computeTargets(learner: Learner, first: i32, rows: i32, scratch: usize): void {
  const targetCopy: usize = 3 * learner.parameterBytes
  const actor = changetype<Network>(learner.actor)
  setInputs(actor, learner.nextObservations, learner.observationStride, first, rows)
  forward(actor, targetCopy, 0, 0, first, rows, scratch, learner.listBytes)
  activate(learner, actor, first, rows, learner.noise)
  for (let index = 0; index < learner.criticCount; index++) {
    const critic = criticOf(learner, index)
    setInputs(critic, learner.nextObservations, learner.observationStride, first, rows)
    forward(critic, targetCopy, learner.policyActions, learner.actionStride, first, rows, scratch, learner.listBytes)
    const last = layerOf(critic, critic.layerCount - 1)
    for (let row = first; row < first + rows; row++) {
      const at = <usize>row << 2
      const value = load<f32>(last.output + <usize>row * last.outputStride)
      const known = load<f32>(learner.targets + at)
      // WebAssembly's minimum is NaN where either is: a NaN of any critic stays one.
      store<f32>(learner.targets + at, index == 0 ? value : min<f32>(value, known))
    }
  }
  for (let row = first; row < first + rows; row++) {
    const at = <usize>row << 2
    const future = load<f32>(learner.discounts + at) * load<f32>(learner.targets + at)
    store<f32>(learner.targets + at, load<f32>(learner.rewards + at) + future)
  }
}

/** Policy actions ← tanh of the actor's outputs, plus noise clipped to [-1, 1] where `noise` is given. */
export function activate(learner: Learner, actor: Network, first: i32, rows: i32, noise: usize): void {
  const last = layerOf(actor, actor.layerCount - 1)
  const actions = learner.action
  for (let row = first; row < first + rows; row++) {
    const output = last.output + <usize>row * last.outputStride
    const target = learner.policyActions + <usize>row * learner.actionStride
    for (let index = 0; index < actions; index++) {
      const at = <usize>index << 2
      let action = <f32>Math.tanh(<f64>load<f32>(output + at))
      if (noise) {
        action = action + load<f32>(noise + (<usize>(row * actions + index) << 2))
        action = min<f32>(max<f32>(action, -1), 1)
      }
      store<f32>(target + at, action)
    }
  }
}

/**
 * ACTOR_PASSES for rows [first, first + rows): leaves the actor's inputs and output gradients for ACTOR_WEIGHTS. The actor's
 * loss is -Q, so each row's gradient starts as -1/B.
 */
function passActor(learner: Learner, first: i32, rows: i32, scratch: usize): void {
  const listBytes = learner.listBytes
  const actor = changetype<Network>(learner.actor)
  setInputs(actor, learner.observations, learner.observationStride, first, rows)
  forward(actor, 0, 0, 0, first, rows, scratch, listBytes)
  activate(learner, actor, first, rows, 0)
  const critic = criticOf(learner, 0)
  setInputs(critic, learner.observations, learner.observationStride, first, rows)
  forward(critic, 0, learner.policyActions, learner.actionStride, first, rows, scratch, listBytes)
  const share = <f32>1 / <f32>learner.batch
  const top = layerOf(critic, critic.layerCount - 1)
  for (let row = first; row < first + rows; row++) {
    const value = load<f32>(top.output + <usize>row * top.outputStride)
    store<f32>(learner.values + (<usize>row << 2), value)
    store<f32>(top.outputGradient + <usize>row * top.outputGradientStride, -share)
  }
  backwardToActions(critic, first, rows, scratch, listBytes)
  const joined = layerOf(critic, critic.actionLayer)
  const last = layerOf(actor, actor.layerCount - 1)
  const penalty = <f32>2 * learner.preactivationPenalty * share
  for (let row = first; row < first + rows; row++) {
    const actions = learner.policyActions + <usize>row * learner.actionStride
    const actionGradients =
      joined.inputGradient + <usize>row * joined.inputGradientStride + (<usize>joined.hiddenInputs << 2)
    const preactivations = last.output + <usize>row * last.outputStride
    const gradients = last.outputGradient + <usize>row * last.outputGradientStride
    let isLive = false
    for (let index = 0; index < learner.action; index++) {
      const at = <usize>index << 2
      const action = load<f32>(actions + at)
      const slope = <f32>1 - action * action
      const gradient = load<f32>(actionGradients + at) * slope + penalty * load<f32>(preactivations + at)
      store<f32>(gradients + at, gradient)
      // Not "< or >": a NaN is live, and reaches the weights, where it is reported.
      isLive = isLive || gradient != 0
    }
    store<i32>(actor.liveRows + (<usize>row << 2), isLive ? -1 : 0)
  }
  backward(actor, actor.layerCount - 1, 0, first, rows, scratch, listBytes)
}
