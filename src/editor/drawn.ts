/** What of a draft can be drawn: as a scene without the parts that are broken, so that the canvas always shows the rest. */
import { massPropertiesOf } from '../scene/mass-properties.ts'
import type { Actuator, Body, Joint, Scene } from '../scene/schema.ts'
import { entriesOf, isObject, keyOf, type SceneDraft } from './draft.ts'

const EARTH: [number, number] = [0, -9.81]
const drawn = new WeakMap<SceneDraft, Scene>()

/** The readable parts of a draft: bodies with a name of their own, joints and all others whose bodies are there. Its task is empty. */
export function drawnScene(draft: SceneDraft): Scene {
  let scene = drawn.get(draft)
  if (!scene) {
    scene = readScene(draft)
    drawn.set(draft, scene)
  }
  return scene
}

/** The drawn scene without hidden items (`keyOf`); its bodies keep their indices. */
export function visibleScene(draft: SceneDraft, hidden: ReadonlySet<string>): Scene {
  const scene = drawnScene(draft)
  if (hidden.size === 0) return scene
  const isHidden = (body: string): boolean => hidden.has(keyOf({ list: 'bodies', name: body }))
  const bodies = scene.bodies.map(
    (body): Body =>
      isHidden(body.name)
        ? { kind: 'fixed', name: body.name, position: body.position, angle: body.angle, shapes: [] }
        : body,
  )
  const joints = scene.joints.filter(
    ({ name, child }) => !hidden.has(keyOf({ list: 'joints', name })) && !isHidden(child),
  )
  const markers = (scene.markers ?? []).filter(
    ({ name, body }) => !hidden.has(keyOf({ list: 'markers', name })) && !isHidden(body),
  )
  const actuators = scene.actuators.filter((actuator) =>
    actuator.type === 'thruster' ? !isHidden(actuator.body) : joints.some((joint) => joint.name === actuator.joint),
  )
  return { ...scene, bodies, joints, markers, actuators }
}

function readScene(draft: SceneDraft): Scene {
  const { world } = draft
  const gravity = isObject(world) && isPair(world.gravity) ? world.gravity : EARTH
  const bodies = firstOfEach(entriesOf(draft, 'bodies').map(({ entry }) => weighed(entry)))
  const kinds = new Map(bodies.map(({ name, kind }) => [name, kind]))
  const joints = forest(
    firstOfEach(entriesOf(draft, 'joints').map(({ entry }) => entry)).filter(
      (joint) =>
        kinds.has(joint.parent) &&
        kinds.get(joint.child) === 'dynamic' &&
        (joint.type !== 'slider' || Math.hypot(...joint.axis) >= 1e-9),
    ),
  )
  const types = new Map(joints.map(({ name, type }) => [name, type]))
  const drives = (actuator: Actuator): boolean =>
    actuator.type === 'thruster'
      ? kinds.get(actuator.body) === 'dynamic' && Math.hypot(...actuator.direction) >= 1e-9
      : types.has(actuator.joint) && types.get(actuator.joint) !== 'weld'
  return {
    format: 'torquelab-scene',
    version: 2,
    name: typeof draft.name === 'string' && draft.name !== '' ? draft.name : 'untitled',
    world: { gravity, controlStep: 0.02, physicsStep: 0.02, solverIterations: 1 },
    bodies,
    joints,
    actuators: entriesOf(draft, 'actuators')
      .map(({ entry }) => entry)
      .filter(drives),
    markers: entriesOf(draft, 'markers')
      .map(({ entry }) => entry)
      .filter(({ body }) => kinds.has(body)),
    sensors: entriesOf(draft, 'sensors')
      .map(({ entry }) => entry)
      .filter(({ body }) => kinds.has(body)),
    task: { maxSteps: 1, observation: [], reward: [], terminate: [], reset: [] },
  }
}

const weighable = new WeakMap<Body, Body>()

/** The body, with a mass made up where its own cannot be computed: only its centre of mass is drawn of it. */
function weighed(body: Body): Body {
  if (body.kind !== 'dynamic') return body
  let result = weighable.get(body)
  if (!result) {
    result = canBeWeighed(body) ? body : { ...body, mass: 1, inertia: 1, density: undefined, centerOfMass: undefined }
    weighable.set(body, result)
  }
  return result
}

function canBeWeighed(body: Extract<Body, { kind: 'dynamic' }>): boolean {
  try {
    return massPropertiesOf(body).centerOfMass.every(Number.isFinite)
  } catch {
    return false
  }
}

function firstOfEach<Entry extends { name: string }>(entries: readonly Entry[]): Entry[] {
  const seen = new Set<string>()
  return entries.filter(({ name }) => !seen.has(name) && seen.add(name))
}

/** The joints without those that would give a body two parents, or make it carry itself. */
function forest(joints: readonly Joint[]): Joint[] {
  const parentOf = new Map<string, string>()
  return joints.filter(({ parent, child }) => {
    for (let body: string | undefined = parent; body !== undefined; body = parentOf.get(body)) {
      if (body === child) return false
    }
    if (parentOf.has(child)) return false
    parentOf.set(child, parent)
    return true
  })
}

function isPair(value: unknown): value is [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every((number) => Number.isFinite(number))
}
