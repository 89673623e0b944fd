/** `<Stage>`: any scene to scale, with its torques; drag to pan, wheel to zoom, double-click to see all of it. */
import { effect, type ReadonlySignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Scene } from '../../scene/schema.ts'
import { IconButton } from '../controls/button.tsx'
import { FitIcon, MinusIcon, PlusIcon } from '../controls/icons.tsx'
import { EmptyState } from '../controls/layout.tsx'
import { theme } from '../theme/theme.ts'
import './stage.css'
import { StageController } from './stage-controller.ts'

export interface StageProps {
  scene: Scene
  /** [bodies × 3] x, y (m), angle (rad) in the scene's order; undefined: as drawn in the file. */
  poses: ReadonlySignal<Float32Array | undefined>
  /** N·m, one a joint. */
  torques: ReadonlySignal<Float32Array | undefined>
  /** What is seen here, for those who cannot see it. */
  label: string
  /** Shown over the stage's upper left corner. */
  overlay?: ComponentChildren
}

export function Stage({ scene, poses, torques, label, overlay }: StageProps) {
  const element = useRef<HTMLDivElement>(null)
  const controller = useRef<StageController | null>(null)
  const [problem, setProblem] = useState<string>()

  useLayoutEffect(() => {
    const stage = new StageController(element.current!, setProblem)
    controller.current = stage
    const stopTheme = effect(() => {
      theme.value
      stage.updateColors()
    })
    return () => {
      stopTheme()
      stage.destroy()
    }
  }, [])
  useEffect(() => controller.current?.setScene(scene), [scene])
  useEffect(() => effect(() => controller.current?.setState(poses.value, torques.value)), [poses, torques])

  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of form fields is not what this is
    // biome-ignore lint/a11y/noNoninteractiveTabindex: arrows pan and + and - zoom when it has the focus
    <div ref={element} class="stage" role="group" aria-label={label} tabIndex={0}>
      {problem && (
        <div class="stage-problem">
          <EmptyState title="No picture">{problem}</EmptyState>
        </div>
      )}
      {overlay && <div class="stage-overlay at-left">{overlay}</div>}
      <div class="stage-overlay at-right">
        <IconButton icon={MinusIcon} label="Zoom out" kind="quiet" onClick={() => controller.current?.zoom(1 / 1.25)} />
        <IconButton icon={PlusIcon} label="Zoom in" kind="quiet" onClick={() => controller.current?.zoom(1.25)} />
        <IconButton icon={FitIcon} label="Zoom to fit" kind="quiet" onClick={() => controller.current?.fit()} />
      </div>
    </div>
  )
}
