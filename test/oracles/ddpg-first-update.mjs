// Two DDPG updates in a row in plain loops and float64, apart from every engine: the reference of test/agent/first-update.test.ts.
// `node test/oracles/ddpg-first-update.mjs` writes test/fixtures/ddpg-first-update.json; with --check it only compares.
// DDPG: Lillicrap et al. 2016, "Continuous control with deep reinforcement learning", algorithm 1.
import {
  actorAction,
  adamState,
  adamStep,
  backward,
  criticValue,
  follow,
  makeNetwork,
  makeRandom,
  writeFixture,
  zerosLike,
} from './networks.mjs'

const rates = { actorLearningRate: 0.01, criticLearningRate: 0.02, discount: 0.97, softUpdateRate: 0.05 }
// The seeds give gradients that differ enough from 0 (see `requireFar`) and in which a wrong scale or factor shows.
const cases = [
  { seed: 6190, size: { observation: 3, action: 1 }, hiddenSizes: [5, 4], batch: 6, criticL2: 0.01 },
  { seed: 1203, size: { observation: 2, action: 2 }, hiddenSizes: [6], batch: 5, criticL2: 0 },
  { seed: 6535, size: { observation: 4, action: 2 }, hiddenSizes: [4, 5, 3], batch: 8, criticL2: 0.01 },
]

/** The layer that reads the action: the second (Lillicrap et al., section 7), or the first of a critic with one hidden layer. */
function joinLayer(hiddenLayers) {
  return hiddenLayers > 1 ? 1 : 0
}

/** y = r + γ(1 - terminated)·Q'(s', μ'(s')): the targets of algorithm 1; nothing follows a termination. */
function target({ targetActor, targetCritic }, { reward, nextObservation, terminated }, discount, joins) {
  const next = criticValue(targetCritic, nextObservation, actorAction(targetActor, nextObservation).action, joins)
  return reward + discount * (terminated ? 0 : 1) * next.q
}

/** L = (1/B) Σ (Q(s, a) - y)², ∂L/∂Q = 2(Q - y)/B; decay adds c·W to each weight's gradient, and nothing to a bias's. */
function criticGradient(networks, transitions, { discount, criticL2 }, joins) {
  const { critic } = networks
  const gradients = zerosLike(critic)
  let loss = 0
  let meanQ = 0
  for (const transition of transitions) {
    const { pass, q } = criticValue(critic, transition.observation, transition.action, joins)
    const error = q - target(networks, transition, discount, joins)
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
function actorGradient(actor, critic, transitions, joins) {
  const gradients = zerosLike(actor)
  let loss = 0
  for (const { observation } of transitions) {
    const { pass, action } = actorAction(actor, observation)
    const value = criticValue(critic, observation, action, joins)
    loss -= value.q / transitions.length
    const towardsAction = backward(critic, value.pass, [-1 / transitions.length], zerosLike(critic), joins)
    const delta = towardsAction.map((gradient, k) => gradient * (1 - action[k] ** 2))
    backward(actor, pass, delta, gradients)
  }
  return { gradients, loss }
}

/** An update: critic, then actor against the new critic, then both targets towards the new weights. */
function update(networks, transitions, settings, moments, joins) {
  const ofCritic = criticGradient(networks, transitions, settings, joins)
  const critic = adamStep(networks.critic, ofCritic.gradients, settings.criticLearningRate, moments.critic)
  const ofActor = actorGradient(networks.actor, critic, transitions, joins)
  const actor = adamStep(networks.actor, ofActor.gradients, settings.actorLearningRate, moments.actor)
  const targetActor = follow(networks.targetActor, actor, settings.softUpdateRate)
  const targetCritic = follow(networks.targetCritic, critic, settings.softUpdateRate)
  const metrics = { criticLoss: ofCritic.loss, policyLoss: ofActor.loss, meanQ: ofCritic.meanQ }
  const gradients = { critic: ofCritic.gradients, actor: ofActor.gradients }
  return { gradients, after: { actor, critic, targetActor, targetCritic }, metrics }
}

function makeCase({ seed, size, hiddenSizes, batch, criticL2 }) {
  const random = makeRandom(seed)
  const vector = (length) => Array.from({ length }, () => random(-1, 1))
  const joins = joinLayer(hiddenSizes.length)
  const makeActor = () => makeNetwork([size.observation, ...hiddenSizes, size.action], -1, 0, random)
  const makeCritic = () => makeNetwork([size.observation, ...hiddenSizes, 1], joins, size.action, random)
  const before = { actor: makeActor(), critic: makeCritic(), targetActor: makeActor(), targetCritic: makeCritic() }
  const transitions = Array.from({ length: batch }, (_, row) => ({
    observation: vector(size.observation),
    action: vector(size.action),
    reward: random(-1, 1),
    nextObservation: vector(size.observation),
    terminated: row % 3 === 1,
  }))
  const settings = { ...rates, hiddenSizes, criticL2 }
  // Two: Adam's first step does not show whether its moments are kept.
  const moments = { actor: adamState(before.actor), critic: adamState(before.critic) }
  const first = update(before, transitions, settings, moments, joins)
  const second = update(first.after, transitions, settings, moments, joins)
  return { size, settings, transitions, before, updates: [first, second] }
}

writeFixture('ddpg-first-update', cases.map(makeCase))
