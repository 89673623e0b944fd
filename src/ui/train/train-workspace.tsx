/** Train: a new run's form at the left; the run on show - robot, numbers, curves - and the list of runs at the right. */
import { useEffect } from 'preact/hooks'
import { chosenScene, workspace } from '../app/state.ts'
import { EmptyState } from '../controls/layout.tsx'
import { Stage } from '../stage/stage.tsx'
import { RunHeader } from './run-header.tsx'
import { RunList } from './run-list.tsx'
import { SettingsPanel } from './settings-panel.tsx'
import { efforts, poses, refreshRuns, runs, shownRun, shownScene } from './state.ts'
import './train.css'
import { TrainPlots } from './train-plots.tsx'

export function TrainWorkspace() {
  const isOnShow = workspace.value === 'train'
  useEffect(() => {
    if (isOnShow) void refreshRuns()
  }, [isOnShow])
  const run = shownRun.value
  return (
    <div class="train">
      <SettingsPanel />
      <div class="train-top">
        <div class="train-stage">
          <TrainStage />
        </div>
        <div class="train-side">{run ? <RunHeader run={run} /> : <NoRun />}</div>
        <RunList />
      </div>
      <TrainPlots />
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

/** The robot of the run on show; before there is one, the chosen scene as it is drawn. */
function TrainStage() {
  const run = shownRun.value
  const scene = run ? shownScene.value : chosenScene.value?.scene
  if (!scene) {
    return run ? <EmptyState title="No picture">The scene “{run.scene}” is not open in this window.</EmptyState> : null
  }
  return <Stage scene={scene} poses={poses} efforts={efforts} label={`${scene.name} in training`} />
}
