// Multilayer perceptrons in plain loops and float64, apart from every engine: what the oracles of single updates share.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// Sources. Adam: Kingma & Ba 2015, algorithm 1. Gradients: the chain rule (back-propagation; Rumelhart, Hinton & Williams 1986).
// A network is a list of layers { inputs, outputs, weights, bias }; weights[i * outputs + j] leads from input i to unit j.

const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }

/** state ← 1664525·state + 1013904223 mod 2³² (Press et al., Numerical Recipes, 7.1), as a float32 in [low, high). */
export function makeRandom(seed) {
  let state = seed
  return (low, high) => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0
    return Math.fround(low + ((high - low) * state) / 2 ** 32)
  }
}

/** Layers of the given widths; the input of layer `joins` is `joined` wider (the action). */
export function makeNetwork(widths, joins, joined, random) {
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
export function forward(layers, observation, joins, action) {
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
export function backward(layers, pass, delta, gradients, joins) {
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
export function actorAction(actor, observation) {
  const pass = forward(actor, observation)
  return { pass, action: pass.output.map(Math.tanh) }
}

/** Q(s, a): the critic's one linear output; layer `joins` reads the action. */
export function criticValue(critic, observation, action, joins) {
  const pass = forward(critic, observation, joins, action)
  return { pass, q: pass.output[0] }
}

/** m and v of Adam for each number of a network, and the count of its steps. */
export function adamState(layers) {
  return { steps: 0, m: zerosLike(layers), v: zerosLike(layers) }
}

/**
 * Adam's next step: m ← β₁m + (1-β₁)g, v ← β₂v + (1-β₂)g², m̂ = m/(1-β₁ᵗ), v̂ = v/(1-β₂ᵗ), θ ← θ - α·m̂/(√v̂ + ε).
 * Returns the new layers; `state` moves on.
 */
export function adamStep(layers, gradients, rate, state) {
  state.steps++
  state.m = combine(state.m, gradients, (m, g) => adam.beta1 * m + (1 - adam.beta1) * g)
  state.v = combine(state.v, gradients, (v, g) => adam.beta2 * v + (1 - adam.beta2) * g ** 2)
  const mHat = combine(state.m, state.m, (m) => m / (1 - adam.beta1 ** state.steps))
  const vHat = combine(state.v, state.v, (v) => v / (1 - adam.beta2 ** state.steps))
  // A step is all but m̂/√v̂: a gradient of rounding noise would step at random. Exactly 0 is a dead ReLU.
  for (const { weights, bias } of vHat) {
    const sizes = [...weights, ...bias].filter((v) => v !== 0).map(Math.sqrt)
    requireFar(sizes, 1e-5, 'a component of the gradient')
  }
  const direction = combine(mHat, vHat, (m, v) => m / (Math.sqrt(v) + adam.epsilon))
  return combine(layers, direction, (theta, d) => theta - rate * d)
}

/** θ' ← θ' + τ(θ - θ'): the soft update of a target network. */
export function follow(target, layers, tau) {
  return combine(target, layers, (old, now) => old + tau * (now - old))
}

export function zerosLike(layers) {
  return combine(layers, layers, () => 0)
}

/** Layers whose every number is f(number of `a`, number of `b`). */
export function combine(a, b, f) {
  const zip = (first, second) => first.map((value, k) => f(value, second[k]))
  const join = (p, q) => ({ ...p, weights: zip(p.weights, q.weights), bias: zip(p.bias, q.bias) })
  return a.map((layer, l) => join(layer, b[l]))
}

export function requireFar(values, distance, what) {
  const near = values.find((value) => !(Math.abs(value) > distance))
  if (near !== undefined) throw new Error(`${what} is ${near}: choose another seed.`)
}

/** JSON with one line per transition and per layer; 9 digits, which bring back each float32 input exactly. */
function format(value) {
  const round = (_, item) => (typeof item === 'number' ? Number(item.toPrecision(9)) : item)
  return JSON.stringify(value, round, 1).replace(/\{[^{}]*\}/g, (innermost) => innermost.replace(/\s+/g, ' '))
}

/** Writes test/fixtures/`name`.json; with --check it only compares, and fails where they differ. */
export function writeFixture(name, cases) {
  const file = fileURLToPath(new URL(`../fixtures/${name}.json`, import.meta.url))
  const text = `${format({ madeBy: `test/oracles/${name}.mjs`, cases })}\n`
  if (!process.argv.includes('--check')) {
    writeFileSync(file, text)
  } else if (!existsSync(file) || readFileSync(file, 'utf8').replaceAll('\r\n', '\n') !== text) {
    console.error(`test/fixtures/${name}.json differs from what test/oracles/${name}.mjs computes.`)
    process.exitCode = 1
  }
}
