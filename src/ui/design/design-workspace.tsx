/** The design workspace: a scene on the stage, played by hand, with all its numbers. */
import { computed, useSignalEffect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
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
import { Transport } from './transport.tsx'

const isShown = computed(() => workspace.value === 'design')

/** One for the window: it outlives every change of workspace. */
const play = new LivePlay()
registerActions(playActions(play))
registerActions(editActions)
const showContextMenu = contextMenuOf('stage')

export function DesignWorkspace() {
  const lastValid = useRef<Scene>(undefined)
  if (editor.scene.value) lastValid.current = editor.scene.value
  const scene = lastValid.current
  useEffect(() => {
    if (scene) play.load(scene)
  }, [scene])
  useSignalEffect(() => play.hold(!isShown.value))
  if (!scene) return <EmptyState title="No scene">TorqueLab is asking its host for the scenes.</EmptyState>
  return (
    <div class="workspace">
      <div class="workspace-main">
        <Stage
          onContextMenu={showContextMenu}
          scene={scene}
          poses={play.poses}
          efforts={play.efforts}
          label={`Stage: ${scene.name}`}
          overlay={<Outcome scene={scene} />}
        />
        <Transport play={play} scene={scene} />
      </div>
      <Inspector play={play} scene={scene} />
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
