/** The transport bar of live play: reset, play, step, seed and speed; time, step and return. */
import { useComputed } from '@preact/signals'
import { MAX_SEED } from '../../common/random.ts'
import type { Scene } from '../../scene/schema.ts'
import { Button, IconButton } from '../controls/button.tsx'
import { NumberField } from '../controls/field.tsx'
import { PauseIcon, PlayIcon, ResetIcon, StepBackIcon, StepIcon } from '../controls/icons.tsx'
import { Readout, Toolbar } from '../controls/layout.tsx'
import { Slider } from '../controls/slider.tsx'
import { type LivePlay, MAX_SPEED, MIN_SPEED } from '../play/live-play.ts'
import { formatValue } from './format.ts'

/** Speed goes by factors: the slider's middle is real time, and one notch is the same factor everywhere. */
const NOTCHES = 40

export function Transport({ play, scene }: { play: LivePlay; scene: Scene }) {
  const time = useComputed(() => (play.frame.value?.time ?? 0).toFixed(2))
  const step = useComputed(() => String(play.frame.value?.step ?? 0))
  const sum = useComputed(() => formatValue(play.frame.value?.return ?? 0))
  const ready = play.ready.value
  const playing = play.playing.value
  return (
    <div class="transport-bar design-transport">
      <Toolbar label="Transport">
        <Button icon={ResetIcon} shortcut="R" title="Start the episode again" onClick={() => play.reset()}>
          Reset
        </Button>
        {playing ? (
          <Button icon={PauseIcon} kind="primary" shortcut="Space" onClick={() => play.pause()}>
            Pause
          </Button>
        ) : (
          <Button icon={PlayIcon} kind="primary" shortcut="Space" disabled={!ready} onClick={() => play.play()}>
            Play
          </Button>
        )}
        <IconButton
          icon={StepBackIcon}
          label="Step back"
          shortcut=","
          disabled={!play.canStepBack.value}
          onClick={() => play.stepBack()}
        />
        <Button
          icon={StepIcon}
          shortcut="."
          title={`One control step of ${scene.world.controlStep} s`}
          disabled={!ready}
          onClick={() => play.step()}
        >
          Step
        </Button>
      </Toolbar>
      <div class="labelled seed">
        <NumberField
          label="Seed"
          integer
          min={0}
          max={MAX_SEED}
          value={play.seed.value}
          onCommit={(seed) => play.setSeed(seed)}
        />
      </div>
      <div class="speed">
        <Slider
          label="Speed"
          min={0}
          max={NOTCHES}
          step={1}
          value={notchOf(play.speed.value)}
          format={(notch) => `${speedAt(notch)}×`}
          onInput={(notch) => play.setSpeed(speedAt(notch))}
        />
      </div>
      <div class="spacer" />
      <div class="readouts">
        <Readout label="Time" value={time} unit="s" testId="time" />
        <Readout label="Step" value={step} unit={`of ${scene.task.maxSteps}`} testId="step" />
        <Readout label="Return" value={sum} testId="return" />
      </div>
    </div>
  )
}

/** The speed at a notch, in round numbers. */
function speedAt(notch: number): number {
  const exact = MIN_SPEED * (MAX_SPEED / MIN_SPEED) ** (notch / NOTCHES)
  return Number(exact.toFixed(exact < 1 ? 2 : 1))
}

function notchOf(speed: number): number {
  return Math.round((Math.log(speed / MIN_SPEED) / Math.log(MAX_SPEED / MIN_SPEED)) * NOTCHES)
}
