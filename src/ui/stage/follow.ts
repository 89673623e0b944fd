/** The camera that keeps a robot in view which is not tied to the ground: which body it follows, and how the view moves with it. */
import type { Scene } from '../../scene/schema.ts'
import { freeBodiesOf } from '../../scene/sensors.ts'
import { type Point, type Size, type View, worldToScreen } from './view.ts'

/** The share of the stage's height at its upper and lower edge that the robot is kept out of. */
const EDGE = 0.18

/**
 * Index of the body to follow: the free body at the root of what the first actuator drives; undefined where that hangs on the
 * ground (or on a body that moves by itself). A ball that lies around is not followed.
 */
export function followedBody(scene: Scene): number | undefined {
  const free = new Set(freeBodiesOf(scene))
  const jointOf = new Map(scene.joints.map((joint) => [joint.child, joint]))
  const rootOf = (name: string): string => {
    const joint = jointOf.get(name)
    return joint ? rootOf(joint.parent) : name
  }
  for (const actuator of scene.actuators) {
    const driven =
      actuator.type === 'thruster' ? actuator.body : scene.joints.find(({ name }) => name === actuator.joint)!.child
    const root = scene.bodies.findIndex(({ name }) => name === rootOf(driven))
    if (free.has(root)) return root
  }
  return undefined
}

/**
 * The view after the followed body has moved from one point to another: it goes along sideways at once, and up and down only
 * where the body would come near an edge, so that a hop looks like one. The same view object where nothing changes.
 */
export function followTo(view: View, size: Size, from: Point, to: Point): View {
  const x = view.x + (to.x - from.x)
  const { y: at } = worldToScreen(view, size, to.x, to.y)
  const [top, bottom] = [size.height * EDGE, size.height * (1 - EDGE)]
  const beyond = at < top ? at - top : at > bottom ? at - bottom : 0
  if (x === view.x && beyond === 0) return view
  return { ...view, x, y: view.y - beyond / view.scale }
}
