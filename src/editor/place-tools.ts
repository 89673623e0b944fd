/** Tools that put something at a point: joints, actuators and markers. */
import type { Joint } from '../scene/schema.ts'
import { addActuator, addJoint, addMarker, type Made } from './create.ts'
import { hoverOf, snapped } from './draw-tools.ts'
import { distance, type Point, subtract } from './geometry.ts'
import { degrees } from './handles.ts'
import { REACH, THRESHOLD, type Tool, type Workbench } from './tool.ts'

/** Directions of sliders that a drag snaps to, rad. */
const TURN = Math.PI / 12

/** A click where two bodies overlap joins them; a drag from there is the way that a slider goes. */
export function jointTool(bench: Workbench, type: Joint['type']): Tool {
  return {
    hover: (pointer) => bench.show(hoverOf(bench, pointer)),
    press(pointer) {
      const { at } = snapped(bench, pointer)
      let axis: Point = [1, 0]
      return {
        move(now) {
          if (type !== 'slider' || distance(at, now.at) < THRESHOLD * now.pixel) return
          const [x, y] = subtract(now.at, at)
          const bare = Math.atan2(y, x)
          const angle = now.free ? bare : Math.round(bare / TURN) * TURN
          axis = [Math.cos(angle), Math.sin(angle)]
          bench.show({ guides: [{ from: at, to: now.at }], label: { at: now.at, text: `slides at ${degrees(angle)}` } })
        },
        end: () => put(bench, `Add ${type}`, addJoint(bench.editor.draft.peek(), type, at, pointer.pixel, axis)),
        cancel: () => bench.show({}),
      }
    },
  }
}

/** A click on a joint gives it a motor, one on a body a thruster. */
export function actuatorTool(bench: Workbench): Tool {
  return clickTool(bench, 'Add actuator', (at, reach) => addActuator(bench.editor.draft.peek(), at, reach))
}

/** A click on a body names the point there. */
export function markerTool(bench: Workbench): Tool {
  return clickTool(bench, 'Add marker', (at, reach) => addMarker(bench.editor.draft.peek(), at, reach))
}

function clickTool(bench: Workbench, label: string, make: (at: Point, reach: number) => Made): Tool {
  return {
    hover: (pointer) => bench.show(hoverOf(bench, pointer)),
    press: (pointer) => ({
      move: () => {},
      end: () => put(bench, label, make(snapped(bench, pointer).at, REACH * pointer.pixel)),
      cancel: () => bench.show({}),
    }),
  }
}

function put(bench: Workbench, label: string, { draft, item }: Made): void {
  bench.show({})
  bench.editor.apply(label, () => ({ draft, selection: [item] }))
  bench.done()
}
