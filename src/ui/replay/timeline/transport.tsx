/** The transport bar: rewards and playhead, play, steps, speed, loop; time, step and return at the playhead. Its keys are in actions.ts. */
import { useEffect, useRef } from 'preact/hooks'
import { IconButton } from '../../controls/button.tsx'
import { Select } from '../../controls/field.tsx'
import { LoopIcon, PauseIcon, PlayIcon, StepBackIcon, StepIcon, ToEndIcon, ToStartIcon } from '../../controls/icons.tsx'
import { Toolbar } from '../../controls/layout.tsx'
import { Slider } from '../../controls/slider.tsx'
import { wantsFocus } from '../drop/open-file.ts'
import { endWords, formatReturn, formatSeconds } from '../format.ts'
import { SPEEDS, stepOf } from '../player.ts'
import { type OpenRollout, player, row, send } from '../state.ts'
import { RewardStrip } from './reward-strip.tsx'
import { marks } from './state.ts'
import './timeline.css'

export function Transport({ rollout }: { rollout: OpenRollout }) {
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!wantsFocus.peek()) return
    wantsFocus.value = false
    element.current?.querySelector('input')?.focus()
  }, [rollout])
  const state = player.value
  if (!('position' in state)) return null
  const { steps, controlStep, speed, loop, status } = state
  const step = stepOf(state)
  const { entry } = rollout
  return (
    <div class="transport">
      <div class="timeline" ref={element}>
        <RewardStrip rollout={rollout} marks={marks.value} />
        <Slider
          label="Playhead"
          hideLabel
          value={step}
          min={0}
          max={Math.max(1, steps)}
          step={1}
          disabled={steps === 0}
          format={(value) => `step ${value}, ${formatSeconds(value * controlStep, controlStep)}`}
          onInput={(value) => send({ type: 'seek', step: value })}
        />
      </div>
      <div class="transport-row">
        <Toolbar label="Player">
          <IconButton icon={ToStartIcon} label="To the start" shortcut="Home" kind="quiet" onClick={() => seek(0)} />
          <IconButton icon={StepBackIcon} label="Step back" shortcut="←" kind="quiet" onClick={() => stepBy(-1)} />
          {status === 'playing' ? (
            <IconButton icon={PauseIcon} label="Pause" shortcut="Space" onClick={() => send({ type: 'pause' })} />
          ) : (
            <IconButton icon={PlayIcon} label="Play" shortcut="Space" onClick={() => send({ type: 'play' })} />
          )}
          <IconButton icon={StepIcon} label="Step forward" shortcut="→" kind="quiet" onClick={() => stepBy(1)} />
          <IconButton icon={ToEndIcon} label="To the end" shortcut="End" kind="quiet" onClick={() => seek(steps)} />
          <IconButton
            icon={LoopIcon}
            label="Loop"
            shortcut="L"
            kind="quiet"
            pressed={loop}
            onClick={() => send({ type: 'loop', loop: !loop })}
          />
        </Toolbar>
        <div class="transport-speed">
          <Select
            label="Speed"
            hideLabel
            value={String(speed)}
            options={SPEEDS.map((value) => ({ value: String(value), label: `${value}×` }))}
            onChange={(value) => send({ type: 'speed', speed: Number(value) })}
          />
        </div>
        <div class="transport-time">
          <strong data-testid="replay-time">{formatSeconds(step * controlStep, controlStep)}</strong>
          <span class="muted"> of {formatSeconds(steps * controlStep, controlStep)}</span>
        </div>
      </div>
      <dl class="transport-facts">
        <div>
          <dt>Step</dt>
          <dd>
            {step.toLocaleString('en')} of {steps.toLocaleString('en')}
          </dd>
        </div>
        <div>
          <dt>Return so far</dt>
          <dd data-testid="replay-return">{formatReturn(row.value?.returnSoFar)}</dd>
        </div>
        <div>
          <dt>Total return</dt>
          <dd data-testid="rollout-return">{formatReturn(entry.return)}</dd>
        </div>
        <div>
          <dt>Ended by</dt>
          <dd>{endWords(entry)}</dd>
        </div>
      </dl>
    </div>
  )
}

const seek = (step: number) => send({ type: 'seek', step })
const stepBy = (by: number) => send({ type: 'step', by })
