/** The losses of an update and their gradients by autodiff (engine.ts states them). */
import type * as TensorFlow from '@tensorflow/tfjs'
import { SATURATED_ACTION } from '../constants.ts'
import { criticActionLayer } from '../engine.ts'
import type { AgentSettings } from '../settings.ts'
import { BatchStatistics, runActor, runCritic } from './forward.ts'
import { type NetworkVariables, type Tf, trainableOf } from './variables.ts'

type Tensor2D = TensorFlow.Tensor2D
type Scalar = TensorFlow.Scalar

/** A batch on the backend. */
export interface TensorBatch {
  /** [B, O], scaled already. */
  observations: Tensor2D
  /** [B, A] */
  actions: Tensor2D
  /** [B, 1] */
  rewards: Tensor2D
  /** [B, O], scaled already. */
  nextObservations: Tensor2D
  /** [B, 1] */
  discounts: Tensor2D
  /** [B, 1]; 1 where absent. */
  weights?: Tensor2D
  /** [B, A]; 0 where absent. */
  targetNoise?: Tensor2D
}

export interface TargetNetworks {
  targetActor: NetworkVariables
  targetCritic: NetworkVariables
  targetSecondCritic?: NetworkVariables | undefined
}

/** y = r + d·Q'(s', clip(actor'(s') + noise, -1, 1)) [B, 1], the smaller Q' of twin critics. */
export function targetValues(tf: Tf, targets: TargetNetworks, batch: TensorBatch, settings: AgentSettings): Tensor2D {
  const { rewards, nextObservations, discounts, targetNoise } = batch
  const { actions } = runActor(tf, targets.targetActor, nextObservations)
  const noisy = targetNoise ? (tf.clipByValue(tf.add(actions, targetNoise), -1, 1) as Tensor2D) : actions
  const layer = criticActionLayer(settings)
  let next = runCritic(tf, targets.targetCritic, layer, nextObservations, noisy)
  if (targets.targetSecondCritic) {
    next = tf.minimum(next, runCritic(tf, targets.targetSecondCritic, layer, nextObservations, noisy))
  }
  return tf.add(rewards, tf.mul(discounts, next))
}

/** By the name of the variable; to be disposed of. */
export type Gradients = TensorFlow.NamedTensorMap

export interface CriticGradients {
  gradients: Gradients
  /** mean(w·(Q(s, a) - y)²), without the L2 term. */
  loss: number
  meanQ: number
  /** Q(s, a) - y [B] */
  errors: Float32Array
  statistics: BatchStatistics
}

/** Of mean(w·(Q(s, a) - y)²) + criticL2/2·Σ W², clipped. */
export function criticGradients(
  tf: Tf,
  critic: NetworkVariables,
  targets: Tensor2D,
  { observations, actions, weights }: TensorBatch,
  settings: AgentSettings,
): CriticGradients {
  const { criticL2 } = settings
  const statistics = new BatchStatistics(tf)
  let [error, loss, meanQ]: TensorFlow.Tensor[] = []
  const { grads, value } = tf.variableGrads(() => {
    const q = runCritic(tf, critic, criticActionLayer(settings), observations, actions, statistics)
    error = tf.keep(tf.sub(q, targets))
    const squares = tf.square(error)
    loss = tf.keep(tf.mean(weights ? tf.mul(squares, weights) : squares))
    meanQ = tf.keep(tf.mean(q))
    if (criticL2 === 0) return loss as Scalar
    // Half of the squared norm: its gradient is criticL2 times each weight.
    const norms = tf.addN(critic.layers.map((layer) => tf.sum(tf.square(layer.weights))))
    return tf.add(loss, tf.mul(norms, criticL2 / 2)) as Scalar
  }, trainableOf(critic))
  const result = {
    gradients: clipGradients(tf, grads, settings.gradientClip),
    loss: loss!.dataSync()[0]!,
    meanQ: meanQ!.dataSync()[0]!,
    errors: Float32Array.from(error!.dataSync()),
    statistics,
  }
  tf.dispose([error!, loss!, meanQ!, value])
  return result
}

export interface ActorGradients {
  gradients: Gradients
  /** -mean(Q(s, actor(s))), without the penalty. */
  loss: number
  /** Share of the actions beyond ±SATURATED_ACTION. */
  saturation: number
  statistics: BatchStatistics
}

/** Of mean(-Q(s, actor(s)) + preactivationPenalty·Σ_j z_j²), z the input of the tanh, clipped; the critic is not trained here. */
export function actorGradients(
  tf: Tf,
  actor: NetworkVariables,
  critic: NetworkVariables,
  { observations }: TensorBatch,
  settings: AgentSettings,
): ActorGradients {
  const { preactivationPenalty } = settings
  const statistics = new BatchStatistics(tf)
  let [loss, saturation]: TensorFlow.Tensor[] = []
  const { grads, value } = tf.variableGrads(() => {
    const { preactivations, actions } = runActor(tf, actor, observations, statistics)
    const q = runCritic(tf, critic, criticActionLayer(settings), observations, actions)
    loss = tf.keep(tf.neg(tf.mean(q)))
    saturation = tf.keep(tf.mean(tf.cast(tf.greater(tf.abs(actions), SATURATED_ACTION), 'float32')))
    if (preactivationPenalty === 0) return loss as Scalar
    const sizes = tf.mean(tf.sum(tf.square(preactivations), 1))
    return tf.add(loss, tf.mul(sizes, preactivationPenalty)) as Scalar
  }, trainableOf(actor))
  const result = {
    gradients: clipGradients(tf, grads, settings.gradientClip),
    loss: loss!.dataSync()[0]!,
    saturation: saturation!.dataSync()[0]!,
    statistics,
  }
  tf.dispose([loss!, saturation!, value])
  return result
}

/** Brings the largest numbers of single precision to where their squares are some too; a power of two, which rounds nothing. */
const SMALL = 2 ** -80

/** Scales all gradients of a network down to the L2 norm `limit` where theirs is larger (Pascanu et al. 2013); 0 is off. */
function clipGradients(tf: Tf, gradients: Gradients, limit: number): Gradients {
  if (limit === 0) return gradients
  const normOf = (scale: number): number =>
    tf.tidy(() => {
      const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(tf.mul(gradient, scale))))
      return tf.sqrt(tf.addN(squares)).dataSync()[0]! / scale
    })
  let norm = normOf(1)
  // Squares of large gradients overflow single precision: limit / Infinity would make 0 of them all.
  if (norm === Number.POSITIVE_INFINITY) norm = normOf(SMALL)
  if (!(norm > limit)) return gradients
  const scaled = Object.entries(gradients).map(([name, gradient]) => [name, tf.mul(gradient, limit / norm)] as const)
  tf.dispose(gradients)
  return Object.fromEntries(scaled)
}
