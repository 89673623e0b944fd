/** Onion-skin: which poses before and after the playhead are drawn faint. Pure. */

export interface OnionSkin {
  isOn: boolean
  /** Poses on each side, 1 or more. */
  count: number
  /** Control steps from one to the next, 1 or more. */
  spacing: number
  past: boolean
  future: boolean
}

export interface OnionPose {
  step: number
  kind: 'past' | 'future'
  /** Opacity: the further away, the fainter. */
  alpha: number
}

export const MOST_POSES = 12
const NEAREST = 0.6
const FARTHEST = 0.15

/** At even distances from `step`, within the rollout's 0 to `steps`; the nearest first. */
export function onionPoses(
  step: number,
  steps: number,
  { isOn, count, spacing, past, future }: OnionSkin,
): OnionPose[] {
  if (!isOn) return []
  const poses: OnionPose[] = []
  for (let number = 1; number <= count; number++) {
    const share = count === 1 ? 0 : (number - 1) / (count - 1)
    const alpha = NEAREST + (FARTHEST - NEAREST) * share
    const [before, after] = [step - number * spacing, step + number * spacing]
    if (past && before >= 0) poses.push({ step: before, kind: 'past', alpha })
    if (future && after <= steps) poses.push({ step: after, kind: 'future', alpha })
  }
  return poses
}
