// Does the native TensorFlow engine really run here? Loads it, compares its gradients with those of TensorFlow.js's
// JavaScript backend and trains a network on exclusive or. With --measure, also times an update of DDPG.
// Exit code 0: it does; 1: one line on stderr says what is wrong.
import { createRequire } from 'node:module'
import process from 'node:process'
import util from 'node:util'
import { measureUpdate } from './lib/tfjs-node-measure.mjs'

/** Largest difference allowed, as a share of the largest entry: some roundings of float32. */
const TOLERANCE = 1e-5
const XOR_STEPS = 300

// Read by the library when it is loaded. One thread: at this size a second one costs more than it brings.
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
process.env.TF_NUM_INTRAOP_THREADS ??= '1'

try {
  const tf = load()
  say(`tfjs-node ${tf.version['tfjs-node']} on TensorFlow ${tf.backend().binding.TF_Version}, Node ${process.version}`)
  checkGradients(tf)
  checkTraining(tf)
  if (process.argv.includes('--measure')) {
    say(`DDPG update, 400-300 units, batch 64: ${measureUpdate(tf).toFixed(0)} updates/s`)
  }
} catch (error) {
  process.stderr.write(`tfjs-node does not run here: ${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}

function load() {
  // tfjs-node calls helpers of `util` that newer versions of Node removed or warn about.
  Object.assign(util, {
    isNullOrUndefined: (/** @type {unknown} */ value) => value === null || value === undefined,
    isArray: Array.isArray,
  })
  const tf = createRequire(import.meta.url)('@tensorflow/tfjs-node')
  if (tf.getBackend() !== 'tensorflow') throw new Error(`it started the backend "${tf.getBackend()}" instead`)
  // Without the advice of the JavaScript backend to use this one.
  tf.enableProdMode()
  return tf
}

/** The gradients of a network's squared error with respect to every weight, on both backends. */
function checkGradients(/** @type {any} */ tf) {
  const sizes = [11, 64, 32, 3]
  const gradients = ['tensorflow', 'cpu'].map((backend) => {
    if (!tf.setBackend(backend)) throw new Error(`the backend "${backend}" did not start`)
    return tf.tidy(() => {
      const weights = network(tf, sizes)
      const x = matrix(tf, 64, 11, 1)
      const y = matrix(tf, 64, 3, 2)
      const { grads } = tf.variableGrads(() => forward(tf, weights, x).sub(y).square().mean(), weights)
      return weights.map(({ name }) => grads[name].dataSync())
    })
  })
  tf.setBackend('tensorflow')
  const [native, reference] = gradients
  let worst = 0
  for (const [i, expected] of reference.entries()) {
    const scale = expected.reduce((/** @type {number} */ max, /** @type {number} */ v) => Math.max(max, Math.abs(v)), 0)
    if (!(scale > 0)) throw new Error('a gradient of the reference is zero')
    for (const [j, value] of expected.entries()) worst = Math.max(worst, Math.abs(native[i][j] - value) / scale)
  }
  // Written so that NaN fails.
  if (!(worst < TOLERANCE))
    throw new Error(`its gradients differ from the JavaScript backend's by ${worst.toExponential(1)}`)
  say(`Gradients of an ${sizes.join('-')} network: within ${worst.toExponential(1)} of the JavaScript backend's`)
}

function checkTraining(/** @type {any} */ tf) {
  const weights = network(tf, [2, 8, 1])
  const x = tf.tensor2d([0, 0, 0, 1, 1, 0, 1, 1], [4, 2])
  const y = tf.tensor2d([0, 1, 1, 0], [4, 1])
  const optimiser = tf.train.adam(0.05)
  for (let step = 0; step < XOR_STEPS; step++) {
    optimiser.minimize(() => forward(tf, weights, x).sub(y).square().mean(), false, weights)
  }
  const answers = [...forward(tf, weights, x).dataSync()]
  const shown = answers.map((answer) => answer.toFixed(2)).join(' ')
  const isLearnt = [0, 1, 1, 0].every((target, i) => Math.abs(answers[i] - target) < 0.1)
  if (!isLearnt) throw new Error(`it did not learn exclusive or in ${XOR_STEPS} steps (${shown})`)
  say(`Exclusive or, after ${XOR_STEPS} steps: ${shown}`)
}

/** Weights and biases of the layers, the same numbers on every backend. */
function network(/** @type {any} */ tf, /** @type {number[]} */ sizes) {
  return sizes.slice(1).flatMap((units, i) => {
    const inputs = sizes[i] ?? 0
    return [
      tf.variable(matrix(tf, inputs, units, i + 3).div(Math.sqrt(inputs))),
      tf.variable(matrix(tf, 1, units, i + 9)),
    ]
  })
}

function forward(/** @type {any} */ tf, /** @type {any[]} */ weights, /** @type {any} */ x) {
  return tf.tidy(() => {
    let h = x
    for (let i = 0; i < weights.length; i += 2) {
      h = h.matMul(weights[i]).add(weights[i + 1])
      if (i + 2 < weights.length) h = h.tanh()
    }
    return h
  })
}

/** Numbers in -1..1 that repeat in no short period. */
function matrix(
  /** @type {any} */ tf,
  /** @type {number} */ rows,
  /** @type {number} */ columns,
  /** @type {number} */ seed,
) {
  const values = Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(seed * 12.9898 + i * 78.233))
  return tf.tensor2d(values, [rows, columns])
}

function say(/** @type {string} */ line) {
  process.stdout.write(`${line}\n`)
}
