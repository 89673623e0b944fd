/**
 * One update as phases of independent tasks:
 *
 * 1. FORWARD_PASSES, by rows of the batch and by networks: the targets from the next observations; or the critics, and the actor where it is
 *    updated, at the observations. Either half visits other weights, and threads that share no weights have more of them in their caches;
 * 2. CRITIC_PASSES, by rows: errors, and the critics backwards to their layers' gradients;
 * 3. CRITIC_WEIGHTS, by blocks of weights: gradients, Adam, soft update (clipped: Adam in a phase of its own);
 * 4. ACTOR_PASSES, by rows: the new critic, dQ/da, and the actor backwards;
 * 5. ACTOR_WEIGHTS, like 3.
 */
import { backward, backwardToActions, forward, setInputs } from './forward'
import { criticOf, layerOf, Learner, Network } from './layout'
import { gather, gatherNext } from './replay'
import { applyClipped, updateBlock } from './weights'

export const FORWARD_PASSES: i32 = 0
export const CRITIC_PASSES: i32 = 1
export const CRITIC_WEIGHTS: i32 = 2
export const CRITIC_CLIPPED: i32 = 3
export const ACTOR_PASSES: i32 = 4
export const ACTOR_WEIGHTS: i32 = 5
export const ACTOR_CLIPPED: i32 = 6

/** Tasks of a phase: blocks of rows of the batch, or blocks of weights of the networks that it updates. */
export function taskCount(learner: Learner, phase: i32): i32 {
  if (phase == FORWARD_PASSES) return 2 * rowBlocks(learner, forwardRows(learner))
  if (phase == CRITIC_PASSES || phase == ACTOR_PASSES) return rowBlocks(learner, learner.taskRows)
  const actor = changetype<Network>(learner.actor)
  if (phase == ACTOR_WEIGHTS || phase == ACTOR_CLIPPED) return actor.blocks
  return learner.criticCount * criticOf(learner, 0).blocks
}

/** Rows of a task of FORWARD_PASSES. Without the actor its halves are not equal, so that either is shared by all threads. */
@inline
function forwardRows(learner: Learner): i32 {
  return learner.updatesPolicy ? learner.forwardRows : learner.taskRows
}

@inline
function rowBlocks(learner: Learner, rows: i32): i32 {
  return (learner.batch + rows - 1) / rows
}

/** Runs task `task` of a phase; `scratch` is the memory of the thread that took it. */
export function runTask(learner: Learner, phase: i32, task: i32, scratch: usize): void {
  if (phase == FORWARD_PASSES) {
    const rowsEach = forwardRows(learner)
    const blocks = rowBlocks(learner, rowsEach)
    const first = (task % blocks) * rowsEach
    const rows = min(rowsEach, learner.batch - first)
    if (task < blocks) computeTargets(learner, first, rows, scratch)
    else passForward(learner, first, rows, scratch)
    return
  }
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

/** The critics, and where it is updated the actor, at the observations of rows [first, first + rows). */
function passForward(learner: Learner, first: i32, rows: i32, scratch: usize): void {
  gather(learner, first, rows)
  for (let index = 0; index < learner.criticCount; index++) {
    const critic = criticOf(learner, index)
    setInputs(critic, false, learner.observations, learner.observationStride, first, rows)
    forward(critic, false, learner.actions, learner.actionStride, first, rows, scratch, learner.listBytes)
  }
  if (!learner.updatesPolicy) return
  const actor = changetype<Network>(learner.actor)
  setInputs(actor, false, learner.observations, learner.observationStride, first, rows)
  forward(actor, false, 0, 0, first, rows, scratch, learner.listBytes)
  activate(learner, actor, false, first, rows)
}

/** CRITIC_PASSES for rows [first, first + rows): leaves each layer's output gradients for CRITIC_WEIGHTS. */
function passCritics(learner: Learner, first: i32, rows: i32, scratch: usize): void {
  const share = <f32>2 / <f32>learner.batch
  for (let index = 0; index < learner.criticCount; index++) {
    const critic = criticOf(learner, index)
    const last = layerOf(critic, critic.layerCount - 1)
    for (let row = first; row < first + rows; row++) {
      const at = <usize>row << 2
      const value = load<f32>(last.output + <usize>row * last.outputStride)
      if (index == 0) store<f32>(learner.values + at, value)
      const error = value - load<f32>(learner.targets + at)
      store<f32>(learner.errors + (<usize>(index * learner.batch + row) << 2), error)
      const gradient = share * load<f32>(learner.importance + at) * error
      store<f32>(last.output + critic.gradients + <usize>row * last.outputStride, gradient)
      store<i32>(critic.liveRows + at, gradient != 0 ? -1 : 0)
    }
    backward(critic, critic.layerCount - 1, 0, first, rows, scratch, learner.listBytes)
  }
}

/** targets ← r + d·min Q'(s', clip(actor'(s') + noise)), for rows [first, first + rows) */
function computeTargets(learner: Learner, first: i32, rows: i32, scratch: usize): void {
  gatherNext(learner, first, rows)
  const actor = changetype<Network>(learner.actor)
  setInputs(actor, true, learner.nextObservations, learner.observationStride, first, rows)
  forward(actor, true, 0, 0, first, rows, scratch, learner.listBytes)
  activate(learner, actor, true, first, rows)
  for (let index = 0; index < learner.criticCount; index++) {
    const critic = criticOf(learner, index)
    setInputs(critic, true, learner.nextObservations, learner.observationStride, first, rows)
    forward(critic, true, learner.nextActions, learner.actionStride, first, rows, scratch, learner.listBytes)
    const last = layerOf(critic, critic.layerCount - 1)
    for (let row = first; row < first + rows; row++) {
      const at = <usize>row << 2
      const value = load<f32>(last.output + critic.gradients + <usize>row * last.outputStride)
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

/** Policy actions ← tanh of the actor's outputs; those of the target actor with noise, clipped to [-1, 1]. */
export function activate(learner: Learner, actor: Network, ofTarget: bool, first: i32, rows: i32): void {
  const last = layerOf(actor, actor.layerCount - 1)
  const actions = learner.action
  const outputs = last.output + (ofTarget ? actor.gradients : 0)
  const targets = ofTarget ? learner.nextActions : learner.policyActions
  for (let row = first; row < first + rows; row++) {
    const output = outputs + <usize>row * last.outputStride
    const target = targets + <usize>row * learner.actionStride
    for (let index = 0; index < actions; index++) {
      const at = <usize>index << 2
      let action = <f32>Math.tanh(<f64>load<f32>(output + at))
      if (ofTarget) {
        action = action + load<f32>(learner.noise + (<usize>(row * actions + index) << 2))
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
  const critic = criticOf(learner, 0)
  forward(critic, false, learner.policyActions, learner.actionStride, first, rows, scratch, listBytes)
  const share = <f32>1 / <f32>learner.batch
  const top = layerOf(critic, critic.layerCount - 1)
  for (let row = first; row < first + rows; row++) {
    const value = load<f32>(top.output + <usize>row * top.outputStride)
    store<f32>(learner.values + (<usize>row << 2), value)
    store<f32>(top.output + critic.gradients + <usize>row * top.outputStride, -share)
  }
  backwardToActions(critic, first, rows, scratch, listBytes)
  const joined = layerOf(critic, critic.actionLayer)
  const last = layerOf(actor, actor.layerCount - 1)
  const penalty = <f32>2 * learner.preactivationPenalty * share
  for (let row = first; row < first + rows; row++) {
    const actions = learner.policyActions + <usize>row * learner.actionStride
    const actionGradients =
      joined.input + critic.gradients + <usize>row * joined.inputStride + (<usize>joined.hiddenInputs << 2)
    const preactivations = last.output + <usize>row * last.outputStride
    const gradients = preactivations + actor.gradients
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
