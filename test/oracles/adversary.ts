/** A search for free energy: what a learner would find, found sooner. */
import type { Scene } from '../../src/scene/schema.ts'
import { auditPlay, linear, type PlayFigures } from './energy-audits.ts'
import { generator } from './starts.ts'

/**
 * Hill climbing on linear policies, tanh(W·observation + b), for the largest energy that one control step adds net of
 * rebounds. Each of `rounds` plays one episode of `steps` control steps; every `patience` rounds it begins anew.
 */
export function searchGain(
  scene: Scene,
  { rounds, steps, patience = 25 }: { rounds: number; steps: number; patience?: number },
): PlayFigures {
  const size = { action: scene.actuators.length, observation: scene.task.observation.length }
  const random = generator(7)
  const draw = (scale: number) =>
    Array.from({ length: size.action * (size.observation + 1) }, () => (scale * random()) / Math.sqrt(size.observation))
  let best: PlayFigures | undefined
  let [weights, figures]: [number[], PlayFigures | undefined] = [draw(3), undefined]
  for (let round = 0; round < rounds; round++) {
    if (round % patience === 0) [weights, figures] = [draw(3), undefined]
    const step = draw(1)
    const tried: number[] = figures ? weights.map((weight, index) => weight + step[index]!) : weights
    const action = new Float32Array(size.action)
    const found = auditPlay(scene, { episodes: 1, steps, policy: () => (seen) => linear(tried, seen, action) })
    if (!figures || found.netGain >= figures.netGain) [weights, figures] = [tried, found]
    if (!best || found.netGain > best.netGain) best = found
  }
  return { ...best!, episodes: rounds, steps: rounds * steps }
}
