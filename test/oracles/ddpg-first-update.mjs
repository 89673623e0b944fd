// One DDPG update in plain loops and float64, apart from every engine: the reference of test/agent/first-update.test.ts.
// `node test/oracles/ddpg-first-update.mjs` writes test/fixtures/ddpg-first-update.json; with --check it only compares.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

// Sources. DDPG: Lillicrap et al. 2016, "Continuous control with deep reinforcement learning", algorithm 1.
// Adam: Kingma & Ba 2015, algorithm 1. Gradients: the chain rule (back-propagation; Rumelhart, Hinton & Williams 1986).
// A network is a list of layers { inputs, outputs, weights, bias }; weights[i * outputs + j] leads from input i to unit j.

const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
const rates = { actorLearningRate: 0.01, criticLearningRate: 0.02, discount: 0.97, softUpdateRate: 0.05 }
// The seeds give gradients that differ enough from 0 (see `requireFar`) and in which a wrong scale or factor shows.
const cases = [
  { seed: 6190, size: { observation: 3, action: 1 }, hiddenSizes: [5, 4], batch: 6, criticL2: 0.01 },
  { seed: 1203, size: { observation: 2, action: 2 }, hiddenSizes: [6], batch: 5, criticL2: 0 },
  { seed: 6535, size: { observation: 4, action: 2 }, hiddenSizes: [4, 5, 3], batch: 8, criticL2: 0.01 },
]

/** state ← 1664525·state + 1013904223 mod 2³² (Press et al., Numerical Recipes, 7.1), as a float32 in [low, high). */
function makeRandom(seed) {
  let state = seed
  return (low, high) => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0
    return Math.fround(low + ((high - low) * state) / 2 ** 32)
  }
}

/** Layers of the given widths; the input of layer `joins` is `joined` wider (the action). */
function makeNetwork(widths, joins, joined, random) {
  const layers = []
  for (let l = 0; l + 1 < widths.length; l++) {
    const inputs = widths[l] + (l === joins ? joined : 0)
    const outputs = widths[l + 1]
    const weights = Array.from({ length: inputs * outputs }, () => random(-0.8, 0.8))
    layers.push({ inputs, outputs, weights, bias: Array.from({ length: outputs }, () => random(-0.8, 0.8)) })
  }
  return layers
}

/** z_j = Σ_i x_i W_ij + b_j; hidden outputs are max(0, z); layer `joins` reads [outputs of the layer before, action]. */
function forward(layers, observation, joins, action) {
  const inputs = []
  const sums = []
  let x = observation
  for (let l = 0; l < layers.length; l++) {
    if (l === joins) x = [...x, ...action]
    const z = [...layers[l].bias]
    for (let i = 0; i < x.length; i++) {
      for (let j = 0; j < z.length; j++) z[j] += x[i] * layers[l].weights[i * z.length + j]
    }
    inputs.push(x)
    sums.push(z)
    if (l === layers.length - 1) return { inputs, sums, output: z, actionSize: action?.length }
    requireFar(z, 1e-4, 'the input of a ReLU')
    x = z.map((sum) => Math.max(0, sum))
  }
}

/**
 * From δ = ∂L/∂z of the last layer: ∂L/∂W_ij += x_i δ_j, ∂L/∂b_j += δ_j, ∂L/∂x_i = Σ_j W_ij δ_j, and one layer down
 * δ_i = ∂L/∂x_i where z_i > 0, else 0 (ReLU). Returns ∂L/∂action: the end of ∂L/∂x of layer `joins`.
 */
function backward(layers, pass, delta, gradients, joins) {
  let actionGradient
  for (let l = layers.length - 1; l >= 0; l--) {
    const { inputs, outputs, weights } = layers[l]
    const towardsInput = new Array(inputs).fill(0)
    for (let j = 0; j < outputs; j++) {
      gradients[l].bias[j] += delta[j]
      for (let i = 0; i < inputs; i++) {
        gradients[l].weights[i * outputs + j] += pass.inputs[l][i] * delta[j]
        towardsInput[i] += weights[i * outputs + j] * delta[j]
      }
    }
    if (l === joins) actionGradient = towardsInput.slice(inputs - pass.actionSize)
    if (l > 0) delta = pass.sums[l - 1].map((z, i) => (z > 0 ? towardsInput[i] : 0))
  }
  return actionGradient
}

/** μ(s) = tanh(z of the last layer). */
function actorAction(actor, observation) {
  const pass = forward(actor, observation)
  return { pass, action: pass.output.map(Math.tanh) }
}

/** Q(s, a): the critic's one linear output. */
function criticValue(critic, observation, action) {
  const joins = joinLayer(critic.length - 1)
  const pass = forward(critic, observation, joins, action)
  return { pass, joins, q: pass.output[0] }
}

/** The layer that reads the action: the second (Lillicrap et al., section 7), or the first of a critic with one hidden layer. */
function joinLayer(hiddenLayers) {
  return hiddenLayers > 1 ? 1 : 0
}

/** y = r + γ(1 - terminated)·Q'(s', μ'(s')): the targets of algorithm 1; nothing follows a termination. */
function target({ targetActor, targetCritic }, { reward, nextObservation, terminated }, discount) {
  const next = criticValue(targetCritic, nextObservation, actorAction(targetActor, nextObservation).action)
  return reward + discount * (terminated ? 0 : 1) * next.q
}

/** L = (1/B) Σ (Q(s, a) - y)², ∂L/∂Q = 2(Q - y)/B; decay adds c·W to each weight's gradient, and nothing to a bias's. */
function criticGradient(networks, transitions, { discount, criticL2 }) {
  const { critic } = networks
  const gradients = zerosLike(critic)
  let loss = 0
  let meanQ = 0
  for (const transition of transitions) {
    const { pass, joins, q } = criticValue(critic, transition.observation, transition.action)
    const error = q - target(networks, transition, discount)
    loss += error ** 2 / transitions.length
    meanQ += q / transitions.length
    backward(critic, pass, [(2 * error) / transitions.length], gradients, joins)
  }
  for (let l = 0; l < critic.length; l++) {
    for (let k = 0; k < critic[l].weights.length; k++) gradients[l].weights[k] += criticL2 * critic[l].weights[k]
  }
  return { gradients, loss, meanQ }
}

/** L = -(1/B) Σ Q(s, μ(s)): ∂L/∂Q = -1/B, ∂L/∂a from the critic, tanh'(z) = 1 - tanh(z)², then down the actor only. */
function actorGradient(actor, critic, transitions) {
  const gradients = zerosLike(actor)
  let loss = 0
  for (const { observation } of transitions) {
    const { pass, action } = actorAction(actor, observation)
    const value = criticValue(critic, observation, action)
    loss -= value.q / transitions.length
    const towardsAction = backward(critic, value.pass, [-1 / transitions.length], zerosLike(critic), value.joins)
    const delta = towardsAction.map((gradient, k) => gradient * (1 - action[k] ** 2))
    backward(actor, pass, delta, gradients)
  }
  return { gradients, loss }
}

/** Adam at t = 1 from m = v = 0: m ← (1-β₁)g, v ← (1-β₂)g², m̂ = m/(1-β₁ᵗ), v̂ = v/(1-β₂ᵗ), θ ← θ - α·m̂/(√v̂ + ε). */
function adamFirstStep(theta, g, rate) {
  const mHat = ((1 - adam.beta1) * g) / (1 - adam.beta1)
  const vHat = ((1 - adam.beta2) * g ** 2) / (1 - adam.beta2)
  return theta - (rate * mHat) / (Math.sqrt(vHat) + adam.epsilon)
}

/** θ' ← θ' + τ(θ - θ'): algorithm 1's soft update of a target network. */
function softUpdate(old, now, tau) {
  return old + tau * (now - old)
}

/** The update: critic, then actor against the new critic, then both targets towards the new weights. */
function update(networks, transitions, settings) {
  const ofCritic = criticGradient(networks, transitions, settings)
  const stepCritic = (theta, g) => adamFirstStep(theta, g, settings.criticLearningRate)
  const critic = combine(networks.critic, ofCritic.gradients, stepCritic)
  const ofActor = actorGradient(networks.actor, critic, transitions)
  const stepActor = (theta, g) => adamFirstStep(theta, g, settings.actorLearningRate)
  const actor = combine(networks.actor, ofActor.gradients, stepActor)
  const soften = (old, now) => softUpdate(old, now, settings.softUpdateRate)
  const targetActor = combine(networks.targetActor, actor, soften)
  const targetCritic = combine(networks.targetCritic, critic, soften)
  const gradients = { critic: ofCritic.gradients, actor: ofActor.gradients }
  // Adam's first step is all but g/|g|: a component of rounding noise would step at random. Exactly 0 is a dead ReLU.
  for (const { weights, bias } of [...gradients.critic, ...gradients.actor]) {
    const components = [...weights, ...bias].filter((g) => g !== 0)
    requireFar(components, 1e-5, 'a component of the gradient')
  }
  const metrics = { criticLoss: ofCritic.loss, policyLoss: ofActor.loss, meanQ: ofCritic.meanQ }
  return { gradients, after: { actor, critic, targetActor, targetCritic }, metrics }
}

function zerosLike(layers) {
  return combine(layers, layers, () => 0)
}

/** Layers whose every number is f(number of `a`, number of `b`). */
function combine(a, b, f) {
  const zip = (first, second) => first.map((value, k) => f(value, second[k]))
  const join = (p, q) => ({ ...p, weights: zip(p.weights, q.weights), bias: zip(p.bias, q.bias) })
  return a.map((layer, l) => join(layer, b[l]))
}

function requireFar(values, distance, what) {
  const near = values.find((value) => !(Math.abs(value) > distance))
  if (near !== undefined) throw new Error(`${what} is ${near}: choose another seed.`)
}

function makeCase({ seed, size, hiddenSizes, batch, criticL2 }) {
  const random = makeRandom(seed)
  const vector = (length) => Array.from({ length }, () => random(-1, 1))
  const makeActor = () => makeNetwork([size.observation, ...hiddenSizes, size.action], -1, 0, random)
  const criticWidths = [size.observation, ...hiddenSizes, 1]
  const makeCritic = () => makeNetwork(criticWidths, joinLayer(hiddenSizes.length), size.action, random)
  const before = { actor: makeActor(), critic: makeCritic(), targetActor: makeActor(), targetCritic: makeCritic() }
  const transitions = Array.from({ length: batch }, (_, row) => ({
    observation: vector(size.observation),
    action: vector(size.action),
    reward: random(-1, 1),
    nextObservation: vector(size.observation),
    terminated: row % 3 === 1,
  }))
  const settings = { ...rates, hiddenSizes, criticL2 }
  return { size, settings, transitions, before, ...update(before, transitions, settings) }
}

/** JSON with one line per transition and per layer; 9 digits, which bring back each float32 input exactly. */
function format(value) {
  const round = (_, item) => (typeof item === 'number' ? Number(item.toPrecision(9)) : item)
  return JSON.stringify(value, round, 1).replace(/\{[^{}]*\}/g, (innermost) => innermost.replace(/\s+/g, ' '))
}

const file = new URL('../fixtures/ddpg-first-update.json', import.meta.url)
const text = `${format({ madeBy: 'test/oracles/ddpg-first-update.mjs', cases: cases.map(makeCase) })}\n`
if (!process.argv.includes('--check')) {
  writeFileSync(file, text)
} else if (!existsSync(file) || readFileSync(file, 'utf8').replaceAll('\r\n', '\n') !== text) {
  console.error('test/fixtures/ddpg-first-update.json differs from what test/oracles/ddpg-first-update.mjs computes.')
  process.exitCode = 1
}
