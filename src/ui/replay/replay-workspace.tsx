/** Replay: rollouts at the left, the recorded robot with its transport bar in the middle, plots at the right. */
import { useEffect } from 'preact/hooks'
import { workspace } from '../app/state.ts'
import { Button } from '../controls/button.tsx'
import { EmptyState, Notice } from '../controls/layout.tsx'
import { Stage } from '../stage/stage.tsx'
import './replay.css'
import { followedIndex } from './camera.ts'
import { chooseFiles } from './drop/open-file.ts'
import { FollowChoice } from './follow-choice.tsx'
import { missingWords } from './format.ts'
import { RolloutList } from './library/rollout-list.tsx'
import { stageGhosts } from './overlay/state.ts'
import { ReplayPlots } from './replay-plots.tsx'
import { efforts, opened, openRollout, player, poses, refreshLists, rollouts } from './state.ts'
import { Transport } from './timeline/transport.tsx'
import { Tools } from './tools.tsx'

export function ReplayWorkspace() {
  const isOnShow = workspace.value === 'replay'
  // Rollouts come by other ways too (the command line): the list is read whenever the workspace comes on show.
  useEffect(() => {
    if (isOnShow) void refreshLists()
  }, [isOnShow])
  return (
    <div class="replay">
      <RolloutList />
      <Player />
    </div>
  )
}

function Player() {
  const state = player.value
  const rollout = opened.value
  if (state.status === 'empty') {
    return (
      <div class="replay-message">
        <EmptyState title="No rollout open" action={<Button onClick={chooseFiles}>Open rollout file…</Button>}>
          {rollouts.value?.length === 0
            ? 'Drop a rollout file (.mcap) on the window to see what the robot did, step by step, or train a run, which records some.'
            : 'Choose one at the left to see what the robot did, step by step, or drop a rollout file (.mcap) on the window.'}
        </EmptyState>
      </div>
    )
  }
  if (state.status === 'failed') {
    return (
      <div class="replay-message" role="alert">
        <EmptyState
          title="The rollout cannot be shown"
          action={<Button onClick={() => void openRollout(state.id)}>Try again</Button>}
        >
          {state.problem}
        </EmptyState>
      </div>
    )
  }
  if (state.status === 'loading' || !rollout) {
    return (
      <div class="replay-message" role="status">
        <EmptyState title="Reading the rollout">{state.id}</EmptyState>
      </div>
    )
  }
  return (
    <>
      <div class="replay-player">
        <div class="replay-stage">
          <Stage
            scene={rollout.scene}
            poses={poses}
            efforts={efforts}
            ghosts={stageGhosts}
            followedBody={followedIndex}
            overlay={<FollowChoice />}
            label={`Recorded episode of ${rollout.scene.name}`}
          />
        </div>
        {rollout.entry.missing !== undefined && <Notice kind="warning">{missingWords(rollout.entry.missing)}</Notice>}
        <Transport rollout={rollout} />
      </div>
      <div class="replay-side">
        <Tools rollout={rollout} />
        <ReplayPlots key={rollout.entry.id} rollout={rollout} />
      </div>
    </>
  )
}
