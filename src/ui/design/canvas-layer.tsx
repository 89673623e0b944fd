/** What lies over the stage while a scene is edited: outlines, handles, guides and live values; and the pointer, given to the tools. */
import { useEffect, useRef } from 'preact/hooks'
import { Canvas } from '../../editor/canvas.ts'
import { type Item, keyOf } from '../../editor/draft.ts'
import { drawnScene } from '../../editor/drawn.ts'
import { type Point, skeletonOf, toWorld } from '../../editor/geometry.ts'
import { referenceAngle, shownRange } from '../../editor/handles.ts'
import { selectedHandles, turnHandleOf } from '../../editor/select-tool.ts'
import { ARC, type Feedback, type Pointer } from '../../editor/tool.ts'
import { placeOf } from '../../editor/transform.ts'
import type { Body, Shape } from '../../scene/schema.ts'
import { notifyError } from '../app/state.ts'
import { gridSpacing } from '../stage/grid.ts'
import { capsuleOutline } from '../stage/outlines.ts'
import type { StageController } from '../stage/stage-controller.ts'
import { screenToWorld, worldToScreen } from '../stage/view.ts'
import { editor } from './document.ts'

export const canvas = new Canvas(editor)

/** Of the lines that things snap to, px. */
const GRID_PIXELS = 60

export function CanvasLayer({ stage }: { stage: StageController }) {
  const layer = useRef<SVGSVGElement>(null)
  const isHeld = useRef(false)
  const { view, size } = stage.looking.value
  const pointerOf = (event: PointerEvent | MouseEvent): Pointer => {
    const corner = layer.current!.getBoundingClientRect()
    const now = stage.looking.peek()
    const { x, y } = screenToWorld(now.view, now.size, event.clientX - corner.left, event.clientY - corner.top)
    return {
      at: [x, y],
      pixel: 1 / now.view.scale,
      grid: gridSpacing(now.view.scale, GRID_PIXELS).minor,
      shift: event.shiftKey,
      alt: event.altKey,
      free: event.ctrlKey || event.metaKey,
    }
  }
  const attempt = (act: () => void) => {
    try {
      act()
    } catch (error) {
      notifyError(error)
    }
  }
  // Whatever takes the pointer away ends what it did: nothing sticks.
  useEffect(() => {
    const drop = () => {
      if (canvas.isBusy) canvas.cancel()
      isHeld.current = false
    }
    window.addEventListener('blur', drop)
    return () => {
      window.removeEventListener('blur', drop)
      drop()
    }
  }, [])
  const tool = canvas.tool.value
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: the stage around it has a name, and what is selected is in the outline
    <svg
      ref={layer}
      class={`canvas-layer tool-${tool}`}
      data-tool={tool}
      width={size.width}
      height={size.height}
      onPointerDown={(event) => {
        if (event.button !== 0 || tool === 'pan') return
        attempt(() => {
          if (!canvas.press(pointerOf(event))) return
          event.stopPropagation()
          layer.current!.parentElement?.focus()
          event.preventDefault()
          isHeld.current = true
          layer.current!.setPointerCapture(event.pointerId)
        })
      }}
      onPointerMove={(event) => attempt(() => canvas.move(pointerOf(event)))}
      onPointerUp={(event) => {
        if (!isHeld.current) return
        isHeld.current = false
        attempt(() => canvas.release(pointerOf(event)))
      }}
      onLostPointerCapture={() => {
        if (!isHeld.current) return
        isHeld.current = false
        canvas.cancel()
      }}
      onDblClick={(event) => {
        if (tool === 'pan') return
        event.stopPropagation()
        attempt(() => canvas.finish())
      }}
    >
      <Selection stage={stage} />
      <FeedbackMarks stage={stage} feedback={canvas.feedback.value} />
      <title>{view.scale > 0 ? 'Canvas' : ''}</title>
    </svg>
  )
}

function Selection({ stage }: { stage: StageController }) {
  const { draft, selection } = editor.state.value
  const { view, size } = stage.looking.value
  const scene = drawnScene(draft)
  const pixel = 1 / view.scale
  const at = (point: Point) => worldToScreen(view, size, point[0], point[1])
  const handles = selectedHandles(draft, selection, pixel)
  const turn = turnHandleOf(draft, selection, pixel)
  return (
    <g>
      {selection.map((item) => {
        const body = item.list === 'bodies' && scene.bodies.find(({ name }) => name === item.name)
        if (body) {
          return (
            <g key={keyOf(item)} class="selected" data-selected={keyOf(item)}>
              {body.shapes.map((shape, index) => (
                <Outline key={index} body={body} shape={shape} stage={stage} />
              ))}
            </g>
          )
        }
        const place = placeOf(draft, item)
        if (!place) return null
        const { x, y } = at(place)
        return <circle key={keyOf(item)} class="selected" data-selected={keyOf(item)} cx={x} cy={y} r={9} />
      })}
      <RangeArc stage={stage} item={selection.length === 1 ? selection[0] : undefined} />
      {turn && <circle class="handle turn" cx={at(turn).x} cy={at(turn).y} r={5} />}
      {handles.map(({ id, at: point, kind }) => {
        const { x, y } = at(point)
        return kind === 'point' ? (
          <rect key={id} class="handle" data-handle={id} x={x - 4} y={y - 4} width={8} height={8} />
        ) : (
          <circle key={id} class={`handle ${kind}`} data-handle={id} cx={x} cy={y} r={5} />
        )
      })}
    </g>
  )
}

/** The range of a selected hinge as the sector that its child can turn through. */
function RangeArc({ stage, item }: { stage: StageController; item: Item | undefined }) {
  const { draft } = editor.state.value
  const { view, size } = stage.looking.value
  const joint = item?.list === 'joints' ? drawnScene(draft).joints.find(({ name }) => name === item.name) : undefined
  if (joint?.type !== 'hinge') return null
  const reference = referenceAngle(draft, joint)
  const [low, high] = shownRange(joint)
  const { x, y } = worldToScreen(view, size, joint.anchor[0], joint.anchor[1])
  const on = (angle: number) => [x + ARC * Math.cos(angle), y - ARC * Math.sin(angle)]
  const chords = Math.max(2, Math.ceil(Math.min(high - low, 2 * Math.PI) / 0.1))
  const arc = Array.from({ length: chords + 1 }, (_, k) => on(reference + low + ((high - low) * k) / chords).join(','))
  return <path class={`range-arc ${joint.range ? '' : 'open'}`} d={`M${x},${y}L${arc.join('L')}Z`} />
}

function FeedbackMarks({ stage, feedback }: { stage: StageController; feedback: Feedback }) {
  const { view, size } = stage.looking.value
  const at = ([x, y]: Point) => worldToScreen(view, size, x, y)
  const { label, guides = [], target, marquee, preview, corners } = feedback
  const body = preview && { name: '', kind: 'fixed' as const, position: [...preview.position] as [number, number] }
  const pairs = corners?.map((corner) => `${at(corner).x},${at(corner).y}`).join(' ')
  return (
    <g>
      {guides.map(({ from, to }, index) => (
        <line key={index} class="guide" x1={at(from).x} y1={at(from).y} x2={at(to).x} y2={at(to).y} />
      ))}
      {target && <circle class="snap-target" cx={at(target).x} cy={at(target).y} r={7} />}
      {marquee && (
        <rect
          class="marquee"
          x={at([marquee.minX, 0]).x}
          y={at([0, marquee.maxY]).y}
          width={(marquee.maxX - marquee.minX) * view.scale}
          height={(marquee.maxY - marquee.minY) * view.scale}
        />
      )}
      {preview && body && (
        <g class="preview">
          <Outline body={{ ...body, shapes: [preview.shape] }} shape={preview.shape} stage={stage} />
        </g>
      )}
      {pairs && <polyline class="guide" points={pairs} />}
      {label && (
        <text class="live-value" x={at(label.at).x + 14} y={at(label.at).y - 12}>
          {label.text}
        </text>
      )}
    </g>
  )
}

function Outline({ body, shape, stage }: { body: Body; shape: Shape; stage: StageController }) {
  const { view, size } = stage.looking.value
  const { points, radius, kind } = skeletonOf(shape)
  const placed = points.map((point) => {
    const [x, y] = toWorld(body, point)
    return worldToScreen(view, size, x, y)
  })
  const pixels = radius * view.scale
  if (shape.type === 'circle') return <circle cx={placed[0]!.x} cy={placed[0]!.y} r={pixels} />
  if (shape.type === 'capsule') {
    const outline = capsuleOutline(placed[0]!, placed[1]!, pixels, 16)
    return <polygon points={outline.map((value) => value.toFixed(1)).join(' ')} />
  }
  const pairs = placed.map(({ x, y }) => `${x},${y}`).join(' ')
  return kind === 'area' ? <polygon points={pairs} /> : <polyline points={pairs} />
}
