// How fast an update of DDPG is on a backend of TensorFlow.js: the arithmetic of an update at a usual size, on made-up
// data. A speed of the library, not of the product's engine, which does more (docs/tensorflow-native.md).
const batch = 64
const observationSize = 11
const actionSize = 3
const hidden = [400, 300]
const warmUp = 100
const updates = 1000

/**
 * Updates per second, on one thread unless TF_NUM_INTRAOP_THREADS says otherwise.
 * @param {any} tf TensorFlow.js with its backend chosen
 */
export function measureUpdate(tf) {
  const update = makeUpdate(tf)
  for (let i = 0; i < warmUp; i++) update()
  const start = performance.now()
  for (let i = 0; i < updates; i++) update()
  return (updates / (performance.now() - start)) * 1000
}

/** @param {any} tf */
function makeUpdate(tf) {
  const actor = network(tf, [observationSize, ...hidden, actionSize])
  const critic = network(tf, [observationSize + actionSize, ...hidden, 1])
  const targets = [actor, critic].map((weights) => weights.map((weight) => tf.variable(weight)))
  const [targetActor = [], targetCritic = []] = targets
  const actorOptimiser = tf.train.adam(1e-4)
  const criticOptimiser = tf.train.adam(1e-3)
  const observations = waves(batch * observationSize)
  const actions = waves(batch * actionSize)
  const rewards = waves(batch)
  const act = (/** @type {any[]} */ weights, /** @type {any} */ x) => forward(weights, x).tanh()
  const value = (/** @type {any[]} */ weights, /** @type {any} */ x, /** @type {any} */ u) =>
    forward(weights, tf.concat([x, u], 1))

  return () =>
    tf.tidy(() => {
      const x = tf.tensor2d(observations, [batch, observationSize])
      const next = tf.tensor2d(observations, [batch, observationSize])
      const u = tf.tensor2d(actions, [batch, actionSize])
      const y = tf.tensor2d(rewards, [batch, 1]).add(value(targetCritic, next, act(targetActor, next)).mul(0.99))
      const ofCritic = tf.variableGrads(() => value(critic, x, u).sub(y).square().mean(), critic)
      criticOptimiser.applyGradients(ofCritic.grads)
      const ofActor = tf.variableGrads(() => value(critic, x, act(actor, x)).mean().neg(), actor)
      actorOptimiser.applyGradients(ofActor.grads)
      for (const [i, weights] of [actor, critic].entries()) {
        for (const [j, weight] of weights.entries()) {
          const target = targets[i]?.[j]
          target.assign(target.mul(0.999).add(weight.mul(0.001)))
        }
      }
      // Waits for the arithmetic, as a learner does that looks at its loss.
      return ofCritic.value.dataSync()[0]
    })
}

/**
 * @param {any} tf
 * @param {number[]} sizes
 * @returns {any[]}
 */
function network(tf, sizes) {
  return sizes.slice(1).flatMap((units, i) => {
    const inputs = sizes[i] ?? 0
    const bound = 1 / Math.sqrt(inputs)
    return [
      tf.variable(tf.randomUniform([inputs, units], -bound, bound, 'float32', i + 1)),
      tf.variable(tf.randomUniform([units], -bound, bound, 'float32', i + 7)),
    ]
  })
}

/**
 * @param {any[]} weights
 * @param {any} x
 */
function forward(weights, x) {
  let h = x
  for (let i = 0; i < weights.length; i += 2) {
    h = h.matMul(weights[i]).add(weights[i + 1])
    if (i + 2 < weights.length) h = h.relu()
  }
  return h
}

/** @param {number} length */
function waves(length) {
  return Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898))
}
