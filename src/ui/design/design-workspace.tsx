/** The design workspace: a scene on the stage, played by hand, with all its numbers. */
import { computed, signal, useSignalEffect } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useCallback, useEffect, useMemo, useRef } from 'preact/hooks'
import { drawnScene, visibleScene } from '../../editor/drawn.ts'
import type { Scene } from '../../scene/schema.ts'
import { contextMenuOf } from '../app/actions/context-menu.tsx'
import { performNamed, registerActions } from '../app/actions/registry.ts'
import { workspace } from '../app/state.ts'
import { Button } from '../controls/button.tsx'
import { EmptyState, Notice } from '../controls/layout.tsx'
import { LivePlay } from '../play/live-play.ts'
import { Stage } from '../stage/stage.tsx'
import type { StageController, StagePress } from '../stage/stage-controller.ts'
import { playActions } from './actions.ts'
import './design.css'
import { canvasActions } from './canvas-actions.ts'
import { CanvasLayer } from './canvas-layer.tsx'
import { demonstrationActions, followDemonstrations, isDemonstrating } from './demonstration.ts'
import { documentKey, editor, lastValid } from './document.ts'
import { editActions } from './edit-actions.ts'
import { DraftOffer } from './file-dialogs.tsx'
import { fileActions, startFiles } from './files.ts'
import { insertActions } from './insert-actions.ts'
import { Inspector } from './inspector.tsx'
import { Outline } from './outline.tsx'
import { isOutlineShown, outlineActions } from './outline-actions.ts'
import { overlayActionsOf, overlaysOf } from './overlays.ts'
import { placeInWords } from './problems.tsx'
import { pullByPointer } from './pulling.ts'
import { taskActions } from './task/actions.ts'
import { PlayPlots } from './task/play-plots.tsx'
import { arePlotsShown } from './task/shown-plots.ts'
import { CanvasToolbar } from './toolbar.tsx'
import { startSendingScene, trainSceneActions } from './train-scene.ts'
import { Transport } from './transport.tsx'

const isShown = computed(() => workspace.value === 'design')

/** One for the window: it outlives every change of workspace. */
const play = new LivePlay()
registerActions([...playActions(play), ...overlayActionsOf('design'), ...taskActions(play)])
const overlays = overlaysOf(play)
registerActions([...fileActions, ...editActions, ...canvasActions, ...insertActions, ...outlineActions])
registerActions([...trainSceneActions, ...demonstrationActions(play)])
startFiles()
startSendingScene()
followDemonstrations(play)
/** Editing is for the scene as drawn: not while it plays, nor away from its start. */
const isEditing = computed(() => !play.playing.value && (play.frame.value?.step ?? 0) === 0)
const asDrawn = signal<Float32Array | undefined>(undefined)
const noOverlays = signal(undefined)
const noEfforts = signal<Float32Array | undefined>(undefined)
/** The scene as drawn, without what is hidden. */
const visible = computed(() => visibleScene(editor.draft.value, editor.state.value.hidden))
/** The scene as drawn; during a drag, as it was before. */
const settled = computed(() => {
  void editor.validation.value
  return drawnScene(editor.draft.peek())
})
const showContextMenu = contextMenuOf('stage')

export function DesignWorkspace() {
  const shown = documentKey.value
  // While a scene has problems, what it was before can still be played; a new one has nothing to play yet.
  const scene = lastValid.value?.document === shown ? lastValid.value.scene : undefined
  const editing = isEditing.value || !scene
  const played = useRef<Scene>(undefined)
  useEffect(() => {
    if (scene) play.load(scene, { keep: isSameRobot(played.current, scene) })
    else play.pause()
    played.current = scene
  }, [scene])
  const onPress = useMemo(() => scene && pullByPointer(play, scene), [scene])
  useSignalEffect(() => play.hold(!isShown.value))
  if (shown === 0) return <EmptyState title="No scene">TorqueLab is asking its host for the scenes.</EmptyState>
  return (
    <div class={isOutlineShown.value ? 'workspace design with-outline' : 'workspace design'}>
      {isOutlineShown.value && <Outline />}
      <div class={arePlotsShown.value ? 'workspace-main with-plots' : 'workspace-main'}>
        <DesignStage
          scene={scene}
          isEdited={editing}
          onPress={onPress}
          overlay={
            <>
              {editing && <CanvasToolbar />}
              <AwayFromStart />
              <DraftOffer />
              {scene && <Outcome scene={scene} />}
            </>
          }
        />
        {scene && arePlotsShown.value && <PlayPlots play={play} scene={scene} />}
        {scene ? <Transport play={play} scene={scene} /> : <NotYet />}
      </div>
      <DesignInspector scene={scene} isEditing={editing} />
    </div>
  )
}

/** Follows each move of a drag; nothing else of the workspace does. */
function DesignStage({
  scene,
  isEdited,
  onPress,
  overlay,
}: {
  /** Undefined where there is nothing yet that can be played. */
  scene: Scene | undefined
  isEdited: boolean
  onPress: StagePress | undefined
  overlay: ComponentChildren
}) {
  const isDrawn = isEdited || !scene
  const layer = useCallback((stage: StageController) => isDrawn && <CanvasLayer stage={stage} />, [isDrawn])
  return (
    <Stage
      overlays={isDrawn ? noOverlays : overlays}
      {...(onPress && { onPress })}
      onContextMenu={showContextMenu}
      scene={isDrawn ? visible.value : scene}
      document={documentKey.value}
      poses={isDrawn ? asDrawn : play.poses}
      efforts={isDrawn ? noEfforts : play.efforts}
      layer={layer}
      label={`Stage: ${scene?.name ?? visible.value.name}`}
      overlay={overlay}
    />
  )
}

/** Of a scene that has never been without problems, what can be drawn of it. */
function DesignInspector({ scene, isEditing }: { scene: Scene | undefined; isEditing: boolean }) {
  return <Inspector play={play} scene={scene ?? settled.value} isPlayable={scene !== undefined} isEditing={isEditing} />
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
      <span>
        {isDemonstrating.value
          ? 'A trained policy plays. Drag a body to pull it.'
          : 'Drag a body to pull it. The robot is edited at the start; its task at any time.'}
      </span>
      <Button kind="quiet" onClick={backToStart}>
        Reset to edit
      </Button>
    </div>
  )
}

/** To where the robot is edited: nothing acts, and nothing moves. */
function backToStart(): void {
  performNamed('play.endDemonstration')
  play.pause()
  play.reset()
}

/** What a new scene still lacks to be played, in words. */
function NotYet() {
  const [first, ...others] = editor.problems.value
  return (
    <p class="not-yet" role="status">
      <strong>Not a scene yet.</strong> {first && `${placeInWords(first.path)}: ${first.message}.`}
      {others.length > 0 && ` And ${others.length} more.`}
    </p>
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
