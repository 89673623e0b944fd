/** The transport bar: playhead, play, steps, speed, loop; time, step and return at the playhead.
 * Keys while Replay is on show: Space, arrows, Home, End. */
import { useEffect } from 'preact/hooks'
import { workspace } from '../app/state.ts'
import { IconButton } from '../controls/button.tsx'
import { Select } from '../controls/field.tsx'
import { LoopIcon, PauseIcon, PlayIcon, StepBackIcon, StepIcon, ToEndIcon, ToStartIcon } from '../controls/icons.tsx'
import { Toolbar } from '../controls/layout.tsx'
import { Slider } from '../controls/slider.tsx'
import { formatReturn, formatSeconds } from './format.ts'
import { SPEEDS, stepOf } from './player.ts'
import { type OpenRollout, player, row, send } from './state.ts'

export function Transport({ rollout }: { rollout: OpenRollout }) {
  useEffect(() => {
    document.addEventListener('keydown', handleKey)
    return () => document.removeEventListener('keydown', handleKey)
  }, [])
  const state = player.value
  if (!('position' in state)) return null
  const { steps, controlStep, speed, loop, status } = state
  const step = stepOf(state)
  const { entry } = rollout
  return (
    <div class="transport">
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
          <dd>{entry.terminated ? 'termination' : entry.truncated ? 'the time limit' : 'being cut off'}</dd>
        </div>
      </dl>
    </div>
  )
}

const seek = (step: number) => send({ type: 'seek', step })
const stepBy = (by: number) => send({ type: 'step', by })

function handleKey(event: KeyboardEvent): void {
  const { target, key } = event
  if (workspace.value !== 'replay' || event.ctrlKey || event.metaKey || event.altKey) return
  if (target instanceof Element && usesKey(target, key)) return
  const state = player.peek()
  if (!('position' in state)) return
  const actions: Record<string, () => void> = {
    ' ': () => send({ type: state.status === 'playing' ? 'pause' : 'play' }),
    ArrowLeft: () => stepBy(-1),
    ArrowRight: () => stepBy(1),
    Home: () => seek(0),
    End: () => seek(state.steps),
  }
  const action = actions[key]
  if (!action) return
  event.preventDefault()
  action()
}

/** Whether the element with the focus has its own use for a key of the player. */
function usesKey(target: Element, key: string): boolean {
  if (target.closest('input[type=range]')) return key !== ' '
  if (target.closest('input, select, textarea, [role=tab], .stage')) return true
  return key === ' ' && target.closest('button') !== null
}
