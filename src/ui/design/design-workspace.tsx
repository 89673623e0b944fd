/** The design workspace: a scene on the stage, played by hand, with all its numbers. */
import { computed, useSignalEffect } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { Scene } from '../../scene/schema.ts'
import { contextMenuOf } from '../app/actions/context-menu.tsx'
import { registerActions } from '../app/actions/registry.ts'
import { workspace } from '../app/state.ts'
import { Button } from '../controls/button.tsx'
import { EmptyState, Notice } from '../controls/layout.tsx'
import { LivePlay } from '../play/live-play.ts'
import { Stage } from '../stage/stage.tsx'
import { playActions } from './actions.ts'
import './design.css'
import { editor } from './document.ts'
import { editActions } from './edit-actions.ts'
import { Inspector } from './inspector.tsx'
import { overlayActions, overlaysOf } from './overlays.ts'
import { pullByPointer } from './pulling.ts'
import { taskActions } from './task/actions.ts'
import { PlayPlots } from './task/play-plots.tsx'
import { arePlotsShown } from './task/shown-plots.ts'
import { Transport } from './transport.tsx'

const isShown = computed(() => workspace.value === 'design')

/** One for the window: it outlives every change of workspace. */
const play = new LivePlay()
registerActions([...playActions(play), ...overlayActions, ...editActions, ...taskActions(play)])
const overlays = overlaysOf(play)
const showContextMenu = contextMenuOf('stage')

export function DesignWorkspace() {
  const lastValid = useRef<Scene>(undefined)
  if (editor.scene.value) lastValid.current = editor.scene.value
  const scene = lastValid.current
  const played = useRef<Scene>(undefined)
  useEffect(() => {
    if (scene) play.load(scene, { keep: isSameRobot(played.current, scene) })
    played.current = scene
  }, [scene])
  const onPress = useMemo(() => scene && pullByPointer(play, scene), [scene])
  useSignalEffect(() => play.hold(!isShown.value))
  if (!scene) return <EmptyState title="No scene">TorqueLab is asking its host for the scenes.</EmptyState>
  return (
    <div class="workspace design">
      <div class={arePlotsShown.value ? 'workspace-main with-plots' : 'workspace-main'}>
        <Stage
          overlays={overlays}
          {...(onPress && { onPress })}
          onContextMenu={showContextMenu}
          scene={scene}
          poses={play.poses}
          efforts={play.efforts}
          label={`Stage: ${scene.name}`}
          overlay={
            <>
              <AwayFromStart />
              <Outcome scene={scene} />
            </>
          }
        />
        {arePlotsShown.value && <PlayPlots play={play} scene={scene} />}
        <Transport play={play} scene={scene} />
      </div>
      <Inspector play={play} scene={scene} />
    </div>
  )
}

/** Whether two scenes differ in their tasks alone: then an episode in play can go on. */
function isSameRobot(a: Scene | undefined, b: Scene): boolean {
  const robotOf = ({ task: _, description: __, ...robot }: Scene) => JSON.stringify(robot)
  return a !== undefined && robotOf(a) === robotOf(b)
}

/** Says that the scene is in play, where nothing is edited. */
function AwayFromStart() {
  const frame = play.frame.value
  if (play.atStart.value || !frame || play.over.value) return null
  return (
    <div class="in-play" role="status">
      <strong>In play</strong>
      <span>Drag a body to pull it. The robot is edited at the start; its task at any time.</span>
      <Button kind="quiet" shortcut="R" onClick={() => play.reset()}>
        Reset to edit
      </Button>
    </div>
  )
}

/** How the episode ended, or what went wrong, in words. */
function Outcome({ scene }: { scene: Scene }) {
  const problem = play.problem.value
  const again = (
    <Button kind="quiet" onClick={() => play.reset()}>
      Start again
    </Button>
  )
  if (problem !== undefined) {
    return (
      <Notice kind="error" action={again}>
        {problem}
      </Notice>
    )
  }
  if (!play.over.value) return null
  const frame = play.frame.peek()!
  return (
    <Notice kind="info" action={again}>
      {frame.terminated ? (
        <>
          <strong>Terminated</strong> at step {frame.step}: {frame.conditions.join(', ')}.
        </>
      ) : (
        <>
          <strong>Truncated:</strong> the time limit of {scene.task.maxSteps} steps is reached.
        </>
      )}
    </Notice>
  )
}
