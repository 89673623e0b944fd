/** Pushes at the robot in play: an impulse to one side at a body of choice. */
import { signal } from '@preact/signals'
import { isFreeToMove } from '../../../scene/ground.ts'
import { totalMass } from '../../../scene/mass-properties.ts'
import type { Scene } from '../../../scene/schema.ts'
import { Button } from '../../controls/button.tsx'
import { Select } from '../../controls/field.tsx'
import { Panel } from '../../controls/layout.tsx'
import { Slider } from '../../controls/slider.tsx'
import type { LivePlay } from '../../play/live-play.ts'

/** By how much a push changes the speed of the whole robot, m/s. */
const change = signal(0.4)
const chosenBody = signal('')

export function PushPanel({ play, scene }: { play: LivePlay; scene: Scene }) {
  const bodies = scene.bodies.flatMap((body, index) => (isFreeToMove(body) ? [{ body, index }] : []))
  // The first body is the trunk of a robot as a rule.
  const pushed = bodies.find(({ body }) => body.name === chosenBody.value) ?? bodies[0]
  if (!pushed) return null
  const size = change.value * totalMass(scene)
  const push = (side: -1 | 1) => play.push({ body: pushed.index, impulse: [side * size, 0] })
  const isDisabled = !play.ready.value
  return (
    <Panel title="Push">
      {bodies.length > 1 && (
        <Select
          label="Body"
          value={pushed.body.name}
          options={bodies.map(({ body: { name } }) => ({ value: name, label: name }))}
          onChange={(name) => {
            chosenBody.value = name
          }}
        />
      )}
      <Slider
        label="Strength"
        min={0.1}
        max={2}
        step={0.1}
        value={change.value}
        format={() => `${size.toPrecision(2)} N·s`}
        onInput={(value) => {
          change.value = value
        }}
      />
      <div class="watch-push">
        <Button disabled={isDisabled} onClick={() => push(-1)}>
          ← Push left
        </Button>
        <Button disabled={isDisabled} onClick={() => push(1)}>
          Push right →
        </Button>
      </div>
      <p class="field-help">An impulse at the body's centre of mass, with the next step.</p>
    </Panel>
  )
}
