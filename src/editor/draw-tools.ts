/** Tools that draw bodies: by a drag from one point to another, or corner by corner. */

import { addBody, type Drawing, shapeOf } from './create.ts'
import { distance, type Point } from './geometry.ts'
import { metres } from './handles.ts'
import { type Snapped, snap, snapTargets } from './snap.ts'
import { type Pointer, REACH, type Tool, type Workbench } from './tool.ts'

const NOTHING: ReadonlySet<string> = new Set()
const LABELS = { capsule: 'Add capsule', circle: 'Add circle', box: 'Add box', ground: 'Add ground' } as const

/** A drag draws a capsule along its axis, a circle from its centre, a box by its corners, or a line of ground. */
export function shapeTool(bench: Workbench, type: 'capsule' | 'circle' | 'box' | 'ground'): Tool {
  return {
    hover: (pointer) => bench.show(hoverOf(bench, pointer)),
    press(pointer) {
      const from = snapped(bench, pointer).at
      return {
        move(now) {
          const { at, snap: found } = snapped(bench, now)
          const preview = shapeOf({ type, from, to: at })
          bench.show({
            ...(preview && { preview, label: { at: now.at, text: sizeText(type, from, at) } }),
            guides: found.guides,
            ...(found.target && { target: found.target.at }),
          })
        },
        end(now) {
          bench.show({})
          add(bench, LABELS[type], { type, from, to: snapped(bench, now).at })
        },
        cancel: () => bench.show({}),
      }
    },
  }
}

/** Clicks set corners; a click on the first one, a double click or Enter closes the polygon around them. */
export function polygonTool(bench: Workbench): Tool {
  let corners: Point[] = []
  const clear = (): boolean => {
    const had = corners.length > 0
    corners = []
    bench.show({})
    return had
  }
  const finish = (): void => {
    const points = corners
    clear()
    add(bench, 'Add polygon', { type: 'polygon', points })
  }
  return {
    hover(pointer) {
      const { at } = snapped(bench, pointer)
      bench.show({ ...hoverOf(bench, pointer), ...(corners.length > 0 && { corners: [...corners, at] }) })
    },
    press(pointer) {
      return {
        move: () => {},
        end() {
          const { at } = snapped(bench, pointer)
          const first = corners[0]
          if (first && corners.length >= 3 && distance(first, at) <= REACH * pointer.pixel) return finish()
          corners = [...corners, at]
          bench.show({ corners })
        },
        cancel: () => {},
      }
    },
    finish() {
      if (corners.length > 0) finish()
    },
    cancel: clear,
  }
}

/** The pointer on what it snaps to. */
export function snapped({ editor }: Workbench, { at, pixel, grid, free }: Pointer): { at: Point; snap: Snapped } {
  const found: Snapped = free
    ? { by: [0, 0], guides: [] }
    : snap([at], snapTargets(editor.draft.peek(), NOTHING), REACH * pixel, grid)
  return { at: [at[0] + found.by[0], at[1] + found.by[1]], snap: found }
}

export function hoverOf(bench: Workbench, pointer: Pointer) {
  const { target } = snapped(bench, pointer).snap
  return target ? { target: target.at } : {}
}

function add(bench: Workbench, label: string, drawing: Drawing): void {
  const { editor } = bench
  const made = addBody(editor.draft.peek(), drawing)
  editor.apply(label, () => ({ draft: made.draft, selection: [made.item] }))
  bench.done()
}

function sizeText(type: 'capsule' | 'circle' | 'box' | 'ground', from: Point, to: Point): string {
  const round = (value: number): number => Number(value.toPrecision(3))
  if (type === 'circle') return `radius ${metres(round(distance(from, to)))}`
  if (type === 'box') return `${metres(round(Math.abs(to[0] - from[0])))} × ${metres(round(Math.abs(to[1] - from[1])))}`
  return `${metres(round(distance(from, to)))}`
}
