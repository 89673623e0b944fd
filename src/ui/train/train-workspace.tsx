/** Train: a new run's form at the left; the run on show - robot, numbers, curves - and the list of runs at the right. */
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { RunStatus } from '../../host/rpc/contract.ts'
import { chosenScene, editedScene, workspace } from '../app/state.ts'
import { Select } from '../controls/field.tsx'
import { EmptyState } from '../controls/layout.tsx'
import { Stage } from '../stage/stage.tsx'
import { RunsView } from './overview/runs-view.tsx'
import { isLive } from './progress.ts'
import { RunHeader } from './run-header.tsx'
import { RunList } from './run-list.tsx'
import { SettingsPanel } from './settings-panel.tsx'
import { efforts, poses, refreshRuns, runs, shownRun, shownScene, view, watchRobot } from './state.ts'
import './train.css'
import { TrainPlots } from './train-plots.tsx'
import { play, stageShows } from './watch/state.ts'
import { WatchView } from './watch/watch-view.tsx'

export function TrainWorkspace() {
  const isOnShow = workspace.value === 'train'
  useEffect(() => {
    if (isOnShow) void refreshRuns()
  }, [isOnShow])
  const run = shownRun.value
  return (
    <div class="train">
      <SettingsPanel />
      <div class="train-main">
        <ViewSwitch />
        {view.value === 'runs' && <RunsView />}
        {view.value === 'watch' && <WatchView />}
        {view.value === 'run' && (
          <div class="train-view">
            <div class="train-top">
              <div class="train-stage">
                <TrainStage />
              </div>
              <div class="train-side">{run ? <RunHeader run={run} /> : <NoRun />}</div>
              <RunList />
            </div>
            <TrainPlots />
          </div>
        )}
      </div>
    </div>
  )
}

/** One run, its policy, or all runs. */
function ViewSwitch() {
  const all = runs.value?.filter(({ archived }) => !archived) ?? []
  const count = (status: RunStatus) => all.filter((run) => run.status === status).length
  const busy = [
    [count('running'), 'training'],
    [count('stopping'), 'stopping'],
    [count('paused'), 'paused'],
    [count('queued'), 'queued'],
  ] as const
  const choices = [
    ['run', 'Run on show'],
    ['watch', 'Watch its policy'],
    ['runs', `All runs (${all.length})`],
  ] as const
  return (
    <div class="train-switch" role="toolbar" aria-label="View">
      {choices.map(([id, title]) => (
        <button
          key={id}
          type="button"
          aria-pressed={view.value === id}
          onClick={() => {
            view.value = id
          }}
        >
          {title}
        </button>
      ))}
      <span class="muted">
        {busy
          .filter(([number]) => number > 0)
          .map(([number, word]) => `${number} ${word}`)
          .join(' · ')}
      </span>
    </div>
  )
}

function NoRun() {
  // Nothing is said before the host has answered.
  if (!runs.value) return null
  return (
    <div class="train-run" data-testid="run-status">
      <EmptyState title="No runs yet">Choose a scene and steps at the left, and start the first one.</EmptyState>
    </div>
  )
}

/** Whether somebody can see this page. */
const isPageSeen = signal(!document.hidden)
document.addEventListener('visibilitychange', () => {
  isPageSeen.value = !document.hidden
})

/** The robot of the run on show; before there is one, the chosen scene as it is drawn. */
function TrainStage() {
  const run = shownRun.value
  const isSeen = workspace.value === 'train' && isPageSeen.value && stageShows.value === 'training'
  const name = isSeen && run && isLive(run.status) ? run.name : undefined
  useEffect(() => {
    watchRobot(name)
    return () => watchRobot(undefined)
  }, [name])
  const scene = run ? shownScene.value : editedScene.value ? editedScene.value.scene : chosenScene.value?.scene
  if (!scene) {
    return run ? <EmptyState title="No picture">The scene “{run.scene}” is not open in this window.</EmptyState> : null
  }
  if (run && stageShows.value === 'policy') {
    return (
      <Stage
        scene={scene}
        poses={play.poses}
        efforts={play.efforts}
        label={`${scene.name}: the latest policy`}
        overlay={<StageChoice />}
      />
    )
  }
  return (
    <Stage
      scene={scene}
      poses={poses}
      efforts={efforts}
      label={`${scene.name} in training`}
      overlay={run && <StageChoice />}
    />
  )
}

/** Training itself, as fast as it goes, or the policy that it has come to, in real time. */
function StageChoice() {
  return (
    <div class="train-stage-choice">
      <Select
        label="The stage shows"
        hideLabel
        value={stageShows.value}
        options={[
          { value: 'training', label: 'Training' },
          { value: 'policy', label: 'Latest policy' },
        ]}
        onChange={(value) => {
          stageShows.value = value
        }}
      />
    </div>
  )
}
