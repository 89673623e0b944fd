// Three TD3 updates in a row in plain loops and float64, apart from every engine: the reference of test/agent/td3-updates.test.ts.
// `node test/oracles/td3-updates.mjs` writes test/fixtures/td3-updates.json; with --check it only compares.
// TD3: Fujimoto et al. 2018, "Addressing function approximation error in actor-critic methods", algorithm 1, with the options
// that change a loss or a gradient: importance weights (Schaul et al. 2016), weight decay, a penalty on the input of tanh
// (Andrychowicz et al. 2017), a bound on the norm of each network's gradient (Pascanu et al. 2013), discounts of n steps.
import {
  actorAction,
  adamState,
  adamStep,
  backward,
  combine,
  criticValue,
  follow,
  makeNetwork,
  makeRandom,
  requireFar,
  writeFixture,
  zerosLike,
} from './networks.mjs'

const rates = { actorLearningRate: 0.01, criticLearningRate: 0.02, softUpdateRate: 0.05 }
const plain = { criticL2: 0, preactivationPenalty: 0, gradientClip: 0 }
// The seeds give gradients that differ enough from 0 (see `requireFar`).
const cases = [
  { seed: 31, size: { observation: 3, action: 2 }, hiddenSizes: [5, 4], criticActionInput: 1, batch: 6, ...plain },
  {
    seed: 89,
    size: { observation: 2, action: 1 },
    hiddenSizes: [6, 5],
    criticActionInput: 2,
    batch: 7,
    criticL2: 0.01,
    preactivationPenalty: 0.05,
    gradientClip: 0.2,
  },
]

/** a' = clip(μ'(s') + ε, -1, 1); y = r + d·min(Q1'(s', a'), Q2'(s', a')): algorithm 1, lines 8 and 9. */
function target(networks, { reward, nextObservation, discount, targetNoise }, joins) {
  const { action } = actorAction(networks.targetActor, nextObservation)
  const noisy = action.map((value, k) => Math.min(1, Math.max(-1, value + targetNoise[k])))
  const values = [networks.targetCritic, networks.targetSecondCritic].map(
    (critic) => criticValue(critic, nextObservation, noisy, joins).q,
  )
  return { y: reward + discount * Math.min(...values), chosen: values.indexOf(Math.min(...values)), noisy }
}

/** L = (1/B) Σ w(Q(s, a) - y)² + decay/2·Σ W²: ∂L/∂Q = 2w(Q - y)/B, and decay·W for each weight. */
function criticGradient(critic, targets, transitions, { criticL2 }, joins) {
  let gradients = zerosLike(critic)
  const batch = transitions.length
  let loss = 0
  let meanQ = 0
  transitions.forEach(({ observation, action, weight }, row) => {
    const { pass, q } = criticValue(critic, observation, action, joins)
    const error = q - targets[row]
    loss += (weight * error ** 2) / batch
    meanQ += q / batch
    backward(critic, pass, [(2 * weight * error) / batch], gradients, joins)
  })
  gradients = gradients.map((layer, l) => ({
    ...layer,
    weights: layer.weights.map((g, k) => g + criticL2 * critic[l].weights[k]),
  }))
  return { gradients, loss, meanQ }
}

/** L = (1/B) Σ (-Q1(s, μ(s)) + penalty·Σ_j z_j²), μ = tanh(z): ∂L/∂z_j = ∂L/∂a_j·(1 - a_j²) + 2·penalty·z_j/B. */
function actorGradient(actor, critic, transitions, { preactivationPenalty }, joins) {
  const gradients = zerosLike(actor)
  const batch = transitions.length
  let loss = 0
  let saturated = 0
  for (const { observation } of transitions) {
    const { pass, action } = actorAction(actor, observation)
    const value = criticValue(critic, observation, action, joins)
    loss -= value.q / batch
    saturated += action.filter((a) => Math.abs(a) > 0.99).length / (batch * action.length)
    const towardsAction = backward(critic, value.pass, [-1 / batch], zerosLike(critic), joins)
    const delta = towardsAction.map(
      (g, k) => g * (1 - action[k] ** 2) + (2 * preactivationPenalty * pass.output[k]) / batch,
    )
    backward(actor, pass, delta, gradients)
  }
  return { gradients, loss, saturated }
}

/** g·min(1, limit/|g|), |g| over all numbers of a network. */
function clip(gradients, limit) {
  const squares = gradients.flatMap(({ weights, bias }) => [...weights, ...bias]).map((g) => g ** 2)
  const norm = Math.sqrt(squares.reduce((sum, square) => sum + square, 0))
  if (limit === 0) return gradients
  if (!(norm > 1.2 * limit)) throw new Error(`The gradient of norm ${norm} is hardly clipped: choose another seed.`)
  return combine(gradients, gradients, (g) => (g * limit) / norm)
}

/** Both critics; where `updatesPolicy`, the actor against the first new critic, then the targets towards the new weights. */
function update(networks, transitions, settings, moments, joins, updatesPolicy) {
  const { criticLearningRate, actorLearningRate, softUpdateRate, gradientClip } = settings
  const targets = transitions.map((transition) => target(networks, transition, joins).y)
  const after = { ...networks }
  const of = {}
  for (const name of ['critic', 'secondCritic']) {
    of[name] = criticGradient(networks[name], targets, transitions, settings, joins)
    of[name].gradients = clip(of[name].gradients, gradientClip)
    after[name] = adamStep(networks[name], of[name].gradients, criticLearningRate, moments[name])
  }
  const metrics = { criticLoss: (of.critic.loss + of.secondCritic.loss) / 2, meanQ: of.critic.meanQ }
  const gradients = { critic: of.critic.gradients, secondCritic: of.secondCritic.gradients }
  if (!updatesPolicy) return { updatesPolicy, gradients, after, metrics }
  const ofActor = actorGradient(networks.actor, after.critic, transitions, settings, joins)
  gradients.actor = clip(ofActor.gradients, gradientClip)
  after.actor = adamStep(networks.actor, gradients.actor, actorLearningRate, moments.actor)
  after.targetActor = follow(networks.targetActor, after.actor, softUpdateRate)
  after.targetCritic = follow(networks.targetCritic, after.critic, softUpdateRate)
  after.targetSecondCritic = follow(networks.targetSecondCritic, after.secondCritic, softUpdateRate)
  Object.assign(metrics, { policyLoss: ofActor.loss, saturation: ofActor.saturated })
  return { updatesPolicy, gradients, after, metrics }
}

function makeCase({ seed, size, hiddenSizes, criticActionInput, batch, ...options }) {
  const random = makeRandom(seed)
  const vector = (length, reach = 1) => Array.from({ length }, () => random(-reach, reach))
  const joins = criticActionInput - 1
  const makeActor = () => makeNetwork([size.observation, ...hiddenSizes, size.action], -1, 0, random)
  const makeCritic = () => makeNetwork([size.observation, ...hiddenSizes, 1], joins, size.action, random)
  const before = {
    actor: makeActor(),
    critic: makeCritic(),
    targetActor: makeActor(),
    targetCritic: makeCritic(),
    secondCritic: makeCritic(),
    targetSecondCritic: makeCritic(),
  }
  const transitions = Array.from({ length: batch }, (_, row) => ({
    observation: vector(size.observation),
    action: vector(size.action),
    reward: random(-1, 1),
    nextObservation: vector(size.observation),
    discount: row % 3 === 1 ? 0 : Math.fround(0.97 ** (1 + (row % 2))),
    weight: random(0.2, 1),
    targetNoise: vector(size.action, 0.5),
  }))
  requireTelling(before, transitions, joins)
  const settings = { ...rates, ...options, hiddenSizes, criticActionInput, twinCritics: true }
  const moments = {
    actor: adamState(before.actor),
    critic: adamState(before.critic),
    secondCritic: adamState(before.secondCritic),
  }
  const first = update(before, transitions, settings, moments, joins, false)
  const second = update(first.after, transitions, settings, moments, joins, true)
  const third = update(second.after, transitions, settings, moments, joins, true)
  return { size, settings, transitions, before, updates: [first, second, third] }
}

/** Each target critic has to be the smaller one somewhere, clearly, and some action has to be clipped. */
function requireTelling(networks, transitions, joins) {
  const going = transitions.filter(({ discount }) => discount > 0)
  const targets = going.map((transition) => target(networks, transition, joins))
  if (new Set(targets.map(({ chosen }) => chosen)).size < 2)
    throw new Error('One critic is always smaller: choose another seed.')
  if (!targets.some(({ noisy }) => noisy.some((a) => Math.abs(a) === 1)))
    throw new Error('No action is clipped: choose another seed.')
  requireFar(
    targets.map(({ y }) => y),
    1e-4,
    'a target',
  )
}

writeFixture('td3-updates', cases.map(makeCase))
