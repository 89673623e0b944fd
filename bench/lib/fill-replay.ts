/** Fills an engine's replay buffer with the recorded transitions, again and again until it is full. */
import type { LearningEngine } from '../../src/agent/engine.ts'
import { rowLength, type StartState } from './start-state.ts'

export function fillReplay(engine: LearningEngine, { size, settings, transitions }: StartState): void {
  const { observation, action } = size
  const row = rowLength(size)
  for (let count = 0; count < settings.replayCapacity; count++) {
    const at = (count * row) % transitions.length
    const part = (from: number, length: number) => transitions.subarray(at + from, at + from + length)
    engine.store(
      part(0, observation),
      part(observation, action),
      transitions[at + observation + action]!,
      part(observation + action + 1, observation),
      transitions[at + row - 1]!,
    )
  }
}
