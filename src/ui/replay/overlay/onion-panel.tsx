/** Onion-skin on and off, how many poses and how far apart. */
import { Checkbox, NumberField } from '../../controls/field.tsx'
import { formatSeconds } from '../format.ts'
import type { OpenRollout } from '../state.ts'
import { MOST_POSES, type OnionSkin } from './onion-skin.ts'
import './overlay.css'
import { onion } from './state.ts'

const GREATEST_SPACING = 10_000

export function OnionPanel({ rollout }: { rollout: OpenRollout }) {
  const { isOn, count, spacing, past, future } = onion.value
  const { controlStep } = rollout.scene.world
  const change = (part: Partial<OnionSkin>) => {
    onion.value = { ...onion.peek(), ...part }
  }
  return (
    <div class="overlay-panel">
      <div class="onion-row">
        <Checkbox label="Show" checked={isOn} onChange={(value) => change({ isOn: value })} />
        <span class="onion-side past">
          <Checkbox label="past" checked={past} onChange={(value) => change({ past: value })} />
        </span>
        <span class="onion-side future">
          <Checkbox label="future" checked={future} onChange={(value) => change({ future: value })} />
        </span>
      </div>
      <div class="onion-row">
        <NumberField
          label="Poses on each side"
          value={count}
          min={1}
          max={MOST_POSES}
          integer
          onCommit={(value) => change({ count: value, isOn: true })}
        />
        <NumberField
          label="Apart"
          value={spacing}
          unit={`steps = ${formatSeconds(spacing * controlStep, controlStep)}`}
          min={1}
          max={GREATEST_SPACING}
          integer
          onCommit={(value) => change({ spacing: value, isOn: true })}
        />
      </div>
    </div>
  )
}
