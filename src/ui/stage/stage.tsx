/** `<Stage>`: any scene to scale, with its efforts; drag to pan, wheel to zoom, double-click to see all of it. */
import { effect, type ReadonlySignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Scene } from '../../scene/schema.ts'
import { IconButton } from '../controls/button.tsx'
import { FitIcon, FollowIcon, MinusIcon, PlusIcon } from '../controls/icons.tsx'
import { EmptyState } from '../controls/layout.tsx'
import { theme } from '../theme/theme.ts'
import { followedBody } from './follow.ts'
import type { StageGhost } from './ghosts.ts'
import './stage.css'
import type { StageOverlays } from './overlay-painter.ts'
import { StageController, type StagePress } from './stage-controller.ts'
import { addStage, isFollowing } from './stages.ts'

export interface StageProps {
  scene: Scene
  /** [bodies × 3] x, y (m), angle (rad) in the scene's order; undefined: as drawn in the file. */
  poses: ReadonlySignal<Float32Array | undefined>
  /** N·m or N: one a joint, then one a thruster (src/sim/efforts.ts). */
  efforts: ReadonlySignal<Float32Array | undefined>
  /** Where the robot is drawn as well, faint and behind it: the first lies above the others. */
  ghosts?: ReadonlySignal<readonly StageGhost[]>
  /** Index of the body that the view goes along with; the robot, where it is not tied to the ground, if absent. */
  followedBody?: ReadonlySignal<number | undefined>
  /** What is seen here, for those who cannot see it. */
  label: string
  /** Shown over the stage's upper left corner. */
  overlay?: ComponentChildren
  /** What is drawn over the robot besides it. */
  overlays?: ReadonlySignal<StageOverlays | undefined>
  /** Who takes a press before it pans; it may change at any time. */
  onPress?: StagePress
  onContextMenu?: (event: MouseEvent) => void
  /** Laid over the picture, and under the buttons; follows `StageController.looking`. */
  layer?: (stage: StageController) => ComponentChildren
  /** Of the document that the scene is of: another scene of the same one keeps the view. */
  document?: unknown
}

export function Stage({
  scene,
  poses,
  efforts,
  ghosts,
  followedBody: chosenBody,
  label,
  overlay,
  overlays,
  onPress,
  onContextMenu,
  layer,
  document,
}: StageProps) {
  const element = useRef<HTMLDivElement>(null)
  const controller = useRef<StageController | null>(null)
  const [problem, setProblem] = useState<string>()
  const isFree = useMemo(() => followedBody(scene) !== undefined, [scene])
  const canFollow = isFree || chosenBody?.value !== undefined

  useLayoutEffect(() => {
    const stage = new StageController(element.current!, setProblem)
    controller.current = stage
    const stopTheme = effect(() => {
      theme.value
      stage.updateColors()
    })
    const stopFollowing = effect(() => stage.setFollowing(isFollowing.value))
    const remove = addStage(element.current!, stage)
    return () => {
      remove()
      stopTheme()
      stopFollowing()
      stage.destroy()
    }
  }, [])
  const [stageNow, setStage] = useState<StageController>()
  const shownDocument = useRef<unknown>(undefined)
  useLayoutEffect(() => setStage(controller.current ?? undefined), [])
  useEffect(() => {
    const keepsView = document !== undefined && document === shownDocument.current
    shownDocument.current = document
    controller.current?.setScene(scene, { keepsView })
  }, [scene, document])
  useEffect(() => effect(() => controller.current?.setState(poses.value, efforts.value)), [poses, efforts])
  useEffect(() => effect(() => controller.current?.setGhosts(ghosts?.value ?? [])), [ghosts])
  useEffect(() => chosenBody && effect(() => controller.current?.setFollowedBody(chosenBody.value)), [chosenBody])
  useEffect(() => overlays && effect(() => controller.current?.setOverlays(overlays.value)), [overlays])
  useEffect(() => controller.current?.setPress(onPress), [onPress])

  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of form fields is not what this is
    // biome-ignore lint/a11y/noNoninteractiveTabindex: arrows pan and + and - zoom when it has the focus
    <div ref={element} class="stage" role="group" aria-label={label} tabIndex={0} onContextMenu={onContextMenu}>
      {stageNow && layer?.(stageNow)}
      {problem && (
        <div class="stage-problem">
          <EmptyState title="No picture">{problem}</EmptyState>
        </div>
      )}
      {overlay && <div class="stage-overlay at-left">{overlay}</div>}
      <div class="stage-overlay at-right">
        {canFollow && (
          <IconButton
            icon={FollowIcon}
            label={
              chosenBody?.value === undefined ? 'Follow the robot' : `Follow ${scene.bodies[chosenBody.value]?.name}`
            }
            kind="quiet"
            pressed={isFollowing.value}
            onClick={() => {
              isFollowing.value = !isFollowing.value
            }}
          />
        )}
        <IconButton icon={MinusIcon} label="Zoom out" kind="quiet" onClick={() => controller.current?.zoom(1 / 1.25)} />
        <IconButton icon={PlusIcon} label="Zoom in" kind="quiet" onClick={() => controller.current?.zoom(1.25)} />
        <IconButton icon={FitIcon} label="Zoom to fit" kind="quiet" onClick={() => controller.current?.fit()} />
      </div>
    </div>
  )
}
