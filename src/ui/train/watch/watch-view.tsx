/** A policy of the run on show, live: push and drag the robot, change it, take over, and set a ghost of another policy beside it. */
import { batch } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { RunEntry } from '../../../host/rpc/contract.ts'
import type { Scene } from '../../../scene/schema.ts'
import { Button } from '../../controls/button.tsx'
import { Select } from '../../controls/field.tsx'
import { EmptyState, Notice, Panel } from '../../controls/layout.tsx'
import { Slider } from '../../controls/slider.tsx'
import { ACTUATOR_WORDS, commandText } from '../../design/actuators.ts'
import { formatSigned } from '../../design/format.ts'
import { overlaysOf } from '../../design/overlays.ts'
import { pullByPointer } from '../../design/pulling.ts'
import { Transport } from '../../design/transport.tsx'
import { PolicySelect } from '../../policy-select.tsx'
import { Stage } from '../../stage/stage.tsx'
import { shownRun } from '../state.ts'
import { giveBackKeyText, isTakenOver } from './actions.ts'
import { PushPanel } from './push-panel.tsx'
import {
  choice,
  friction,
  ghostChoice,
  ghostRun,
  ghostRuns,
  ghosts,
  mass,
  play,
  playedScene,
  shownGhost,
  trainedSteps,
  watchProblem,
} from './state.ts'
import './watch.css'

const overlays = overlaysOf(play)
/** Factors of the sliders: as much smaller as larger. */
const FACTORS = [0.25, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 4]

export function WatchView() {
  const run = shownRun.value
  const scene = playedScene.value
  if (!run || !scene) {
    return (
      <EmptyState title="No policy yet">Train a run, or choose one of all runs, and its policy plays here.</EmptyState>
    )
  }
  return <Watch run={run} scene={scene} />
}

function Watch({ run, scene }: { run: RunEntry; scene: Scene }) {
  const onPress = useMemo(() => pullByPointer(play, scene), [scene])
  const problem = play.problem.value ?? watchProblem.value
  return (
    <div class="workspace watch">
      <div class="workspace-main">
        <Stage
          scene={scene}
          poses={play.poses}
          efforts={play.efforts}
          ghosts={ghosts}
          overlays={overlays}
          onPress={onPress}
          label={`${run.name}: its policy live`}
          overlay={problem !== undefined && <Notice kind="error">{problem}</Notice>}
        />
        <Transport play={play} scene={scene} />
      </div>
      <aside class="inspector" aria-label="Policy">
        <PolicyPanel run={run} />
        <HandPanel scene={scene} />
        <PushPanel scene={scene} />
        <RobotPanel />
      </aside>
    </div>
  )
}

function PolicyPanel({ run }: { run: RunEntry }) {
  const steps = trainedSteps.value
  return (
    <Panel title="Policy">
      <p class="watch-run">{run.name}</p>
      <PolicySelect
        run={run.name}
        label="Checkpoint"
        value={choice.value}
        help={steps === undefined ? undefined : `Trained for ${steps.toLocaleString('en')} steps.`}
        onChange={(value) => {
          choice.value = value
        }}
      />
      <Select
        label="Ghost beside it"
        value={shownGhost.value}
        options={[
          { value: '', label: 'none' },
          ...ghostRuns.value.map((name) => ({ value: name, label: name === run.name ? 'of the same run' : name })),
        ]}
        help="Another policy from the same start, drawn faint. It feels no hand, pull or push."
        onChange={(value) => {
          batch(() => {
            ghostRun.value = value
            ghostChoice.value = 'best'
          })
        }}
      />
      {shownGhost.value !== '' && (
        <PolicySelect
          run={shownGhost.value}
          label="Its checkpoint"
          value={ghostChoice.value}
          onChange={(value) => {
            ghostChoice.value = value
          }}
        />
      )}
    </Panel>
  )
}

/** What the policy does, and the hand that takes over: an actuator at a time. */
function HandPanel({ scene }: { scene: Scene }) {
  const acted = play.frame.value?.action
  return (
    <Panel
      title="Actions"
      actions={
        <span>{trainedSteps.value === undefined ? 'no policy' : isTakenOver() ? 'by hand' : 'by the policy'}</span>
      }
    >
      {scene.actuators.map((actuator, index) => {
        const byHand = play.action.value[index] ?? null
        return (
          <div key={actuator.name} class={byHand === null ? 'watch-action' : 'watch-action by-hand'}>
            <Slider
              label={`${ACTUATOR_WORDS[actuator.type]} ${actuator.name}`}
              min={-1}
              max={1}
              step={0.05}
              centred
              value={byHand ?? acted?.[index] ?? 0}
              format={(value) => `${formatSigned(value, 2)} = ${commandText(scene, actuator, value)}`}
              onInput={(value) => play.setAction(index, value)}
              onRelease={() => play.setAction(index, null)}
            />
          </div>
        )
      })}
      <p class="field-help">
        Drag a slider to take over until you let go; with the arrow keys, until you give it back. Drag a body of the
        robot to pull at it.
      </p>
      <Button disabled={!isTakenOver()} shortcut={giveBackKeyText} onClick={() => play.giveBack()}>
        Give back to the policy
      </Button>
    </Panel>
  )
}

function RobotPanel() {
  const isChanged = mass.value !== 1 || friction.value !== 1
  return (
    <Panel
      title="Another robot"
      actions={
        isChanged && (
          <Button
            kind="quiet"
            onClick={() => {
              mass.value = 1
              friction.value = 1
            }}
          >
            As trained
          </Button>
        )
      }
    >
      {(
        [
          ['Mass', mass],
          ['Friction', friction],
        ] as const
      ).map(([label, factor]) => (
        <Slider
          key={label}
          label={label}
          min={0}
          max={FACTORS.length - 1}
          step={1}
          centred
          value={Math.max(0, FACTORS.indexOf(factor.value))}
          format={(index) => `× ${FACTORS[index]}`}
          onInput={(index) => {
            factor.value = FACTORS[index]!
          }}
        />
      ))}
      <p class="field-help">
        Of all bodies at once. The policy knows nothing of it. A robot is built with its masses and friction, so a new
        episode begins.
      </p>
    </Panel>
  )
}
