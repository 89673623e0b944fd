/** What a field is given when it is set for the first time, or when a part becomes another variant that needs it. */
import type { JsonPath } from '../scene/json-document.ts'
import { massPropertiesOf } from '../scene/mass-properties.ts'
import { valueAt } from '../scene/schema-lookup.ts'
import { entriesOf, isObject, type SceneDraft } from './draft.ts'
import { drawnScene } from './drawn.ts'

/** By key: plain values of a small robot, SI units. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  description: '',
  position: [0, 0],
  angle: 0,
  center: [0, 0],
  from: [0, 0],
  to: [0.3, 0],
  radius: 0.05,
  width: 0.2,
  height: 0.2,
  depth: 0.1,
  points: [
    [0, 0],
    [0.2, 0],
    [0.1, 0.2],
  ],
  shapes: [],
  friction: 0.5,
  restitution: 0,
  groups: [0],
  collidesWith: [0],
  density: 1000,
  ground: true,
  motion: { x: '0' },
  anchor: [0, 0],
  axis: [1, 0],
  damping: 0.1,
  stiffness: 10,
  rest: 0,
  armature: 0.01,
  maxVelocity: 10,
  contacts: true,
  gear: 1,
  gain: 10,
  maxForce: 100,
  low: -1,
  high: 1,
  point: [0, 0],
  direction: [0, 1],
  oneWay: true,
  length: 1,
  internalIterations: 4,
  neverTerminates: true,
  solvedAt: 0,
  constants: {},
}

/** The first value of a field (`key`) of the object at a path; undefined where nothing sensible is known. */
export function defaultFor(draft: SceneDraft, path: JsonPath, key: string): unknown {
  const owner = valueAt(draft, path)
  const entry: Readonly<Record<string, unknown>> = isObject(owner) ? owner : {}
  // Of a motion, everything is a formula.
  if (path.at(-1) === 'motion') return '0'
  switch (key) {
    case 'mass':
    case 'inertia':
    case 'centerOfMass':
      return massOf(draft, entry.name, key)
    case 'range':
      return entry.type === 'hinge' ? [-Math.PI / 2, Math.PI / 2] : [-0.5, 0.5]
    case 'joint': {
      const joints = entriesOf(draft, 'joints').map((each) => each.entry)
      const type = { torque: 'hinge', force: 'slider' }[String(entry.type)]
      return (joints.find((joint) => (type ? joint.type === type : joint.type !== 'weld')) ?? joints[0])?.name
    }
    case 'body':
    case 'child':
      return bodyWhere(draft, ({ kind }) => kind === 'dynamic')
    case 'parent':
      return bodyWhere(draft, ({ name }) => name !== entry.child)
    case 'with':
      return bodyWhere(draft, ({ name }) => name !== entry.body)
    default:
      return DEFAULTS[key]
  }
}

function bodyWhere(draft: SceneDraft, fits: (body: { name: string; kind: string }) => boolean): string | undefined {
  const bodies = entriesOf(draft, 'bodies').map(({ entry }) => entry)
  return (bodies.find(fits) ?? bodies[0])?.name
}

/** What the body has now, so that setting it changes nothing yet; of water where that cannot be computed. */
function massOf(draft: SceneDraft, name: unknown, key: 'mass' | 'inertia' | 'centerOfMass'): unknown {
  const body = drawnScene(draft).bodies.find((each) => each.name === name)
  const round = (value: number) => Number(value.toPrecision(6)) + 0
  if (body?.kind !== 'dynamic') return { mass: 1, inertia: 0.01, centerOfMass: [0, 0] }[key]
  const properties = massPropertiesOf(body)
  return key === 'centerOfMass' ? properties.centerOfMass.map(round) : round(properties[key])
}
