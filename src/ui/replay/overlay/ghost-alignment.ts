/** A second rollout beside the open one: which may be, and which of its steps is shown when. Pure. */
import type { RolloutEntry } from '../../../host/rpc/contract.ts'
import type { Scene } from '../../../scene/schema.ts'

/** How long a rollout is, and how finely it was recorded. */
export interface Pace {
  steps: number
  /** s */
  controlStep: number
}

/** Where times that are equal on paper differ by rounding. */
const ROUNDING = 1e-6

/** The ghost's step at the time of the open rollout's `step`: both begin at their resets. After its end it stays there. */
export function ghostStepAt(step: number, controlStep: number, ghost: Pace): { step: number; hasEnded: boolean } {
  const at = Math.floor((step * controlStep) / ghost.controlStep + ROUNDING)
  return { step: Math.min(at, ghost.steps), hasEnded: at > ghost.steps }
}

/** The last step of the open rollout's time at which the ghost still moves. */
export function ghostEndIn(controlStep: number, ghost: Pace): number {
  return Math.floor((ghost.steps * ghost.controlStep) / controlStep + ROUNDING)
}

/** Rollouts of the same scene, without the open one. */
export function ghostChoices(
  list: readonly RolloutEntry[],
  open: Pick<RolloutEntry, 'id' | 'scene'>,
): readonly RolloutEntry[] {
  return list.filter(({ id, scene }) => scene === open.scene && id !== open.id)
}

/** Why a rollout cannot be drawn over one of this scene, in words: the scene was edited between them. */
export function overlayProblem(scene: Scene, ghost: Scene): string | undefined {
  const names = ({ bodies }: Scene) => bodies.map(({ name }) => name)
  const [here, there] = [names(scene), names(ghost)]
  if (here.length === there.length && here.every((name, index) => name === there[index])) return undefined
  return `It was recorded on another version of "${ghost.name}": its bodies are ${there.join(', ')}; here they are ${here.join(', ')}.`
}
