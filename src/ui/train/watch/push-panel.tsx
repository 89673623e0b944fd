/** Pushes at the robot in play: an impulse to one side at a body of choice. */
import type { Scene } from '../../../scene/schema.ts'
import { Button } from '../../controls/button.tsx'
import { Select } from '../../controls/field.tsx'
import { Panel } from '../../controls/layout.tsx'
import { Slider } from '../../controls/slider.tsx'
import { pushKeyText } from './actions.ts'
import { canPush, chooseBody, impulse, push, pushableBodies, speedChange, strongest, target, weakest } from './push.ts'
import { play } from './state.ts'

export function PushPanel({ scene }: { scene: Scene }) {
  const names = pushableBodies(scene).map((index) => scene.bodies[index]!.name)
  const pushed = scene.bodies[target.value]
  if (!pushed) return null
  const isDisabled = !canPush.value
  return (
    <Panel title="Push">
      {names.length > 1 && (
        <Select
          label="Body"
          value={pushed.name}
          options={names.map((name) => ({ value: name, label: name }))}
          onChange={(name) => chooseBody(scene, name)}
        />
      )}
      <Slider
        label="Strength"
        min={weakest}
        max={strongest}
        step={0.1}
        value={speedChange.value}
        format={() => `${impulse.value.toPrecision(2)} N·s`}
        onInput={(value) => {
          speedChange.value = value
        }}
      />
      <div class="watch-push">
        <Button
          disabled={isDisabled}
          title={`Push ${pushed.name} to the left`}
          shortcut={pushKeyText(-1)}
          onClick={() => push(-1)}
        >
          ← Push left
        </Button>
        <Button
          disabled={isDisabled}
          title={`Push ${pushed.name} to the right`}
          shortcut={pushKeyText(1)}
          onClick={() => push(1)}
        >
          Push right →
        </Button>
      </div>
      <p class="field-help">
        An impulse at the body's centre of mass, with the next step. By keys: {pushKeyText(-1)} and {pushKeyText(1)} to
        the left and right, S and W weaker and stronger.
      </p>
      <p class="visually-hidden" role="status">
        {play.pushed.value && `Pushed ${pushed.name} to the ${play.pushed.value.impulse[0] < 0 ? 'left' : 'right'}.`}
      </p>
    </Panel>
  )
}
