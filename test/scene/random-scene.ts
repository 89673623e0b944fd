// Random scene files: most are nearly right, many quite, some broken on purpose. Whatever comes out, validation must either
// accept it, and then it can be simulated, or refuse it with problems that have a place and a remedy.
import { LIMIT } from '../../src/scene/limits.ts'
import type { Actuator, Body, Joint, Scene, SensorEntry, Shape, SolidShape } from '../../src/scene/schema.ts'
import { coordinatesOf, sensorsOf } from '../../src/scene/sensors.ts'
import { fc } from '../properties.ts'

/** Draws a value; what `fc.gen()` gives. Give `endOnFailure: true` to `fc.assert`: so many choices take ages to shrink. */
type Draw = <T, A extends unknown[]>(arbitrary: (...args: A) => fc.Arbitrary<T>, ...args: A) => T

export interface RandomScene {
  /** The scene file's text. */
  text: string
  /** Whether it was broken on purpose; it may be wrong all the same where it was not, or right where it was. */
  isBroken: boolean
}

export interface RandomSceneOptions {
  /** Bodies at most. */
  maxBodies?: number
  /** Share of scenes that are broken on purpose, 0 to 1. */
  broken?: number
}

/** Scene files of a few bodies with every part of the format. Control steps stay short, so that a valid one can be stepped. */
export function randomScene({ maxBodies = 6, broken = 0.5 }: RandomSceneOptions = {}): fc.Arbitrary<RandomScene> {
  const scenes = fc.gen().map((gen) => {
    const draw = gen as unknown as Draw
    const scene = drawScene(draw, maxBodies) as Json
    const isBroken = chance(draw, broken)
    if (isBroken) {
      const mistakes = draw(fc.integer, { min: 1, max: 2 })
      for (let count = 0; count < mistakes; count++) breakScene(draw, scene)
    }
    const text = JSON.stringify(scene, null, pick(draw, 0, 2))
    return { text: isBroken ? breakText(draw, text) : text, isBroken }
  })
  // Shares are meant as they are written: no preference for small numbers.
  return fc.noBias(scenes)
}

// biome-ignore lint/suspicious/noExplicitAny: a scene file that may be wrong has no type.
type Json = any

function pick<const T extends readonly unknown[]>(draw: Draw, ...values: T): T[number] {
  return values[draw(fc.nat, values.length - 1)]!
}

const chance = (draw: Draw, share: number): boolean => draw(fc.integer, { min: 1, max: 100 }) <= 100 * share
const number = (draw: Draw, min: number, max: number): number =>
  Number(draw(fc.double, { min, max, noNaN: true }).toPrecision(4))
const point = (draw: Draw, reach = 2): [number, number] => [number(draw, -reach, reach), number(draw, -reach, reach)]
const size = (draw: Draw): number => number(draw, 0.02, 0.5)
/** The key with a value now and then, else nothing. */
function maybe<K extends string, V>(draw: Draw, key: K, value: () => V): { [P in K]?: V } {
  return chance(draw, 0.3) ? ({ [key]: value() } as { [P in K]: V }) : {}
}

function drawScene(draw: Draw, maxBodies: number): Scene {
  const count = draw(fc.integer, { min: 2, max: Math.max(2, maxBodies) })
  const bodies = Array.from({ length: count }, (_, index) => drawBody(draw, index))
  const joints = drawJoints(draw, bodies)
  const physicsStep = pick(draw, 0.001, 0.002, 0.005, 0.01)
  const actuators = drawActuators(draw, bodies, joints)
  const markers = bodies.slice(0, draw(fc.nat, 2)).map(({ name }, index) => {
    return { name: `marker${index}`, body: name, position: point(draw) }
  })
  const sensors = bodies.slice(0, draw(fc.nat, 2)).map((body, index) => drawSensor(draw, body, index))
  const scene: Scene = {
    format: 'torquelab-scene',
    version: 2,
    name: 'random',
    world: {
      gravity: [0, number(draw, -10, 0)],
      controlStep: Number((physicsStep * draw(fc.integer, { min: 1, max: 5 })).toPrecision(6)),
      physicsStep,
      solverIterations: draw(fc.integer, { min: 1, max: 8 }),
      ...maybe(draw, 'internalIterations', () => draw(fc.integer, { min: 1, max: 4 })),
    },
    bodies,
    joints,
    actuators,
    ...(chance(draw, 0.7) && { markers }),
    ...(chance(draw, 0.7) && { sensors }),
    task: { maxSteps: 100, observation: [], reward: [], terminate: [], reset: [] },
  }
  drawTask(draw, scene)
  return scene
}

function drawBody(draw: Draw, index: number): Body {
  const kind =
    index === 0 ? 'fixed' : index === 1 ? 'dynamic' : pick(draw, 'dynamic', 'dynamic', 'dynamic', 'fixed', 'kinematic')
  const common = {
    name: `body${index}`,
    position: point(draw, 4),
    ...maybe(draw, 'angle', () => number(draw, -3, 3)),
    ...maybe(draw, 'friction', () => number(draw, 0, 2)),
    ...maybe(draw, 'restitution', () => number(draw, 0, 1)),
    ...maybe(draw, 'groups', () => [draw(fc.nat, 15)]),
    ...maybe(draw, 'collidesWith', () => [0, draw(fc.nat, 15)]),
  }
  const length = draw(fc.integer, { min: 1, max: 3 })
  if (kind === 'dynamic') {
    const shapes = Array.from({ length }, () => drawSolidShape(draw, chance(draw, 0.97)))
    const weight = pick(
      draw,
      { mass: number(draw, 0.1, 10), inertia: number(draw, 0.01, 2) },
      { mass: number(draw, 0.1, 10) },
      { density: number(draw, 100, 3000) },
      { mass: number(draw, 0.1, 10), inertia: number(draw, 0.01, 2), centerOfMass: point(draw, 0.2) },
    )
    return { kind, ...common, shapes, ...weight }
  }
  const shapes = Array.from({ length }, () => drawShape(draw))
  if (kind === 'fixed') return { kind, ...common, shapes }
  const motion = {
    ...maybe(draw, 'x', () => pick(draw, '0.5 * sin(2 * time)', 'time^2', 'tanh(3 * time - 1)', '0.2')),
    ...maybe(draw, 'y', () => pick(draw, 'min(0.1 * time, 1)', '0', 'time > 1 ? 0.3 : 0')),
    ...maybe(draw, 'angle', () => pick(draw, '0.3 * time', 'wrap(4 * time)')),
  }
  return { kind, ...common, shapes, ...(chance(draw, 0.8) && { motion }) }
}

function drawSolidShape(draw: Draw, withDepth: boolean): SolidShape {
  const depth = withDepth ? { depth: size(draw) } : {}
  const surface = { ...maybe(draw, 'friction', () => 1), ...maybe(draw, 'restitution', () => 0.5) }
  const type = pick(draw, 'capsule', 'circle', 'box', 'polygon')
  switch (type) {
    case 'capsule':
      return { type, from: point(draw, 0.5), to: point(draw, 0.5), radius: size(draw), ...surface }
    case 'circle':
      return { type, ...maybe(draw, 'center', () => point(draw, 0.3)), radius: size(draw), ...surface }
    case 'box':
      return { type, width: size(draw), height: size(draw), ...maybe(draw, 'angle', () => 0.4), ...depth, ...surface }
    case 'polygon':
      return { type, points: roundPolygon(draw), ...depth, ...surface }
  }
}

/** Corners on an ellipse: convex. */
function roundPolygon(draw: Draw): [number, number][] {
  const [corners, a, b] = [draw(fc.integer, { min: 3, max: 8 }), size(draw), size(draw)]
  const [sense, start] = [pick(draw, 1, -1), number(draw, 0, 3)]
  return Array.from({ length: corners }, (_, index) => {
    const angle = start + (sense * 2 * Math.PI * index) / corners
    return [a * Math.cos(angle), b * Math.sin(angle)]
  })
}

function drawShape(draw: Draw): Shape {
  const type = pick(draw, 'solid', 'segment', 'polyline')
  if (type === 'solid') return drawSolidShape(draw, true)
  if (type === 'segment') return { type, from: [-5, number(draw, -1, 1)], to: [5, number(draw, -1, 1)] }
  const length = draw(fc.integer, { min: 2, max: 10 })
  return { type, points: Array.from({ length }, (_, index) => [index - length / 2, number(draw, -0.5, 0.5)]) }
}

/** Each dynamic body hangs on an earlier one, or is free. */
function drawJoints(draw: Draw, bodies: readonly Body[]): Joint[] {
  return bodies.flatMap((child, index): Joint[] => {
    if (child.kind !== 'dynamic' || chance(draw, 0.25)) return []
    const parent = bodies[draw(fc.nat, index - 1)]!
    const type = pick(draw, 'hinge', 'hinge', 'slider', 'weld')
    const common = {
      name: `joint${index}`,
      parent: parent.name,
      child: child.name,
      anchor: pick(draw, child.position, parent.position, point(draw, 4)),
      ...maybe(draw, 'contacts', () => chance(draw, 0.5)),
    }
    if (type === 'weld') return [{ type, ...common }]
    const drive = {
      ...maybe(draw, 'range', (): [number, number] => [number(draw, -2, -0.1), number(draw, 0, 2)]),
      ...maybe(draw, 'damping', () => number(draw, 0, 3)),
      ...(chance(draw, 0.2) && { stiffness: number(draw, 0, 50), rest: number(draw, -1, 1) }),
      ...maybe(draw, 'armature', () => number(draw, 0, 1)),
      ...(chance(draw, 0.05) && { maxVelocity: number(draw, 1, 20) }),
    }
    if (type === 'hinge') return [{ type, ...common, ...drive }]
    return [{ type, ...common, axis: pick(draw, [1, 0], [0, 1], [0.6, -0.8], [3, 4]) as [number, number], ...drive }]
  })
}

function drawActuators(draw: Draw, bodies: readonly Body[], joints: readonly Joint[]): Actuator[] {
  const driven = joints.filter(({ type }) => type !== 'weld')
  const flying = bodies.filter(({ kind }) => kind === 'dynamic')
  const actuators = driven.flatMap((joint, index): Actuator[] => {
    if (chance(draw, 0.3)) return []
    const common = { name: `motor${index}`, joint: joint.name }
    const direct = joint.type === 'hinge' ? 'torque' : 'force'
    const type = pick(draw, direct, direct, 'velocity', 'position') as 'torque' | 'force' | 'velocity' | 'position'
    const maxForce = number(draw, 1, 50)
    if (type === 'velocity')
      return [{ type, ...common, gear: number(draw, -5, 5), gain: number(draw, 0.1, 10), maxForce }]
    if (type !== 'position') return [{ type, ...common, gear: number(draw, -50, 50) }]
    return [
      { type, ...common, low: -1, high: 1, stiffness: number(draw, 1, 50), damping: number(draw, 0, 5), maxForce },
    ]
  })
  if (actuators.length > 0 && chance(draw, 0.7)) return actuators
  return [
    ...actuators,
    {
      type: 'thruster',
      name: 'thruster',
      body: (flying[0] ?? bodies[0]!).name,
      point: point(draw, 0.2),
      direction: pick(draw, [0, 1], [1, 0], [-3, 4]) as [number, number],
      gear: number(draw, -20, 20),
      ...maybe(draw, 'oneWay', () => true),
    },
  ]
}

function drawSensor(draw: Draw, { name: body }: Body, index: number): SensorEntry {
  const name = `sensor${index}`
  if (chance(draw, 0.5)) return { type: 'contact', name, body, ...(index > 0 && maybe(draw, 'with', () => 'body0')) }
  return {
    type: 'ray',
    name,
    body,
    position: point(draw, 0.3),
    angle: number(draw, -3, 3),
    length: number(draw, 1, 10),
  }
}

function drawTask(draw: Draw, scene: Scene): void {
  const { task } = scene
  const names = sensorsOf(scene).map(({ name }) => name)
  if (chance(draw, 0.5)) {
    task.constants = { scale: number(draw, 0.1, 5), limit: 50 }
    names.push('scale', 'limit')
  }
  const formula = (functions: readonly string[]): string => drawFormula(draw, names, functions, draw(fc.nat, 3))
  const list = <T>(most: number, make: (index: number) => T): T[] =>
    Array.from({ length: draw(fc.integer, { min: 1, max: most }) }, (_, index) => make(index))
  task.observation = list(6, (index) => ({
    name: `seen ${index}`,
    formula: formula([]),
    clip: 10,
    ...maybe(draw, 'range', (): [number, number] => [-1, 1]),
  }))
  task.reward = list(3, (index) => ({ name: `term ${index}`, formula: formula(['before', 'delta']) }))
  task.terminate = chance(draw, 0.5) ? list(2, (index) => ({ name: `end ${index}`, formula: formula(['delta']) })) : []
  if (task.terminate.length === 0 && chance(draw, 0.3)) task.neverTerminates = true
  task.reset = coordinatesOf(scene).flatMap((coordinate) => {
    if (chance(draw, 0.6)) return []
    return [
      { coordinate, formula: pick(draw, 'uniform(-0.1, 0.1)', 'normal(0, 0.05)', '0.1', 'uniform(-pi, pi) / 10') },
    ]
  })
}

const UNARY = ['-', 'not ', 'sin', 'cos', 'tan', 'abs', 'sqrt', 'exp', 'log', 'sign', 'floor', 'wrap', 'tanh']
const BINARY = ['+', '-', '*', '/', '^', '<', '<=', '>', '>=', '==', '!=', 'and', 'or']

/** A formula of a depth; about half of them join units that do not fit. */
function drawFormula(draw: Draw, names: readonly string[], functions: readonly string[], depth: number): string {
  if (depth === 0) return chance(draw, 0.6) ? pick(draw, ...names) : String(number(draw, 0, 10))
  const part = (): string => drawFormula(draw, names, functions, depth - 1)
  // What has a factor has no known unit, so most sums fit.
  const free = (): string => `0.1 * ${chance(draw, 0.5) ? part().replace(/^(.*)$/, '($1)') : pick(draw, ...names)}`
  switch (draw(fc.nat, 8)) {
    case 0:
    case 1: {
      const name = pick(draw, ...UNARY, ...functions)
      return /^[a-z]+$/.test(name) ? `${name}(${free()})` : `${name}(${part()})`
    }
    case 2:
      return `(${part()}) ${pick(draw, ...BINARY)} (${part()})`
    case 3:
      return `${pick(draw, 'min', 'max', 'atan2', 'hypot')}(${free()}, ${free()})`
    case 4:
      return `norm(${free()}, ${free()}, ${free()})`
    case 5:
      return `clip(${free()}, -1, 1)`
    case 6:
      return `tolerance(${free()}, 0, 1, 0.5)`
    case 7:
      return `${free()} > 0 ? ${free()} : ${free()}`
    default:
      return `${free()} ${pick(draw, '+', '-', '*')} ${free()}`
  }
}

/** One mistake of a kind that people make, or of a kind that only a program would. */
function breakScene(draw: Draw, scene: Json): void {
  const places: [Json, string][] = []
  const visit = (node: Json): void => {
    if (node === null || typeof node !== 'object') return
    for (const key of Object.keys(node)) {
      places.push([node, key])
      visit(node[key])
    }
  }
  visit(scene)
  const [parent, key]: [Json, string] = places[draw(fc.nat, Math.max(0, places.length - 1))] ?? [scene, 'name']
  const mistakes: (() => unknown)[] = [
    () => (Array.isArray(parent) ? parent.splice(Number(key), 1) : Reflect.deleteProperty(parent, key)),
    () =>
      (parent[key] = pick(
        draw,
        null,
        true,
        0,
        -1,
        1e7,
        1e-9,
        '',
        'body1',
        'sin(',
        [],
        [0, 0],
        [1],
        {},
        { type: 'box' },
      )),
    () => (parent[`${key}s`] = parent[key]),
    () => Array.isArray(parent) && parent.push(structuredClone(parent[Number(key)])),
    () =>
      (pick(draw, ...all(scene.bodies)).name = pick(
        draw,
        'body0',
        'sin',
        'torque',
        'time',
        'a b',
        'x'.repeat(LIMIT.name + 1),
      )),
    () => (pick(draw, ...all(scene.bodies)).mass = 1),
    () => (pick(draw, ...all(scene.joints)).parent = pick(draw, 'body1', 'body2', 'nobody', 'body0')),
    () => (pick(draw, ...all(scene.joints)).axis = [0, 0]),
    () => (pick(draw, ...all(scene.joints)).range = [1, pick(draw, 1, -1)]),
    () => (pick(draw, ...all(scene.actuators)).type = pick(draw, 'torque', 'force', 'velocity', 'thruster', 'jet')),
    () => (pick(draw, ...all(scene.bodies)).shapes = [drawBadShape(draw)]),
    () => (pick(draw, ...all(scene.task?.reward)).formula = drawBadFormula(draw)),
    () => (pick(draw, ...all(scene.task?.reset)).coordinate = 'body1.z'),
    () => (scene.version = pick(draw, 0, 1, 3, '2', 1.5)),
    () => (scene.world = { ...scene.world, physicsStep: pick(draw, 0.0003, 1e-6, 1, 0) }),
    () => (scene.world = { ...scene.world, solverIterations: pick(draw, 1e5, 0.5, 1000), internalIterations: 100 }),
  ]
  mistakes[draw(fc.nat, mistakes.length - 1)]!()
}

/** The objects of a list; one to throw away where there is none. */
function all(list: Json): Json[] {
  const objects = Array.isArray(list) ? list.filter((entry) => entry !== null && typeof entry === 'object') : []
  return objects.length > 0 ? objects : [{}]
}

function drawBadShape(draw: Draw): unknown {
  return pick(
    draw,
    { type: 'segment', from: [1, 1], to: [1, 1] },
    {
      type: 'polyline',
      points: [
        [0, 0],
        [0, 0],
        [1, 0],
      ],
    },
    {
      type: 'polygon',
      depth: 1,
      points: [
        [0, 0],
        [1, 0],
        [2, 0],
      ],
    },
    {
      type: 'polygon',
      depth: 1,
      points: [
        [0, 0],
        [2, 0],
        [1, 0.1],
        [1, 2],
      ],
    },
    {
      type: 'polygon',
      depth: 1,
      points: [
        [0, 1],
        [0.6, -0.8],
        [-0.95, 0.3],
        [0.95, 0.3],
        [-0.6, -0.8],
      ],
    },
    {
      type: 'polygon',
      points: [
        [0, 0],
        [1, 0],
      ],
    },
    { type: 'circle', radius: 0 },
    { type: 'capsule', from: [0, 0], to: [0, 0], radius: 1e-5 },
    { type: 'box', width: 1e6, height: 1e6, depth: 1e6 },
    { type: 'box', width: 1e-6, height: 1e-6, depth: 1e-6 },
    { type: 'cone' },
  )
}

function drawBadFormula(draw: Draw): string {
  return pick(
    draw,
    '1 / 0',
    'sqrt(-1)',
    '1e999',
    'body1.x + body1.angle',
    'joint1.angle + time',
    'sin(body1.x)',
    'before(before(time))',
    'uniform(0, 1)',
    'tim',
    'sin(1, 2)',
    'clip(time, 1, 0)',
    `${'('.repeat(100)}1${')'.repeat(100)}`,
    '1 +'.repeat(400),
    'time ? 1',
    'time = 1',
    'constructor.constructor(1)',
    '"time"',
  )
}

/** Now and then a mistake in the text itself. */
function breakText(draw: Draw, text: string): string {
  if (!chance(draw, 0.1)) return text
  const at = draw(fc.nat, text.length - 1)
  return text.slice(0, at) + pick(draw, '', ',', '{', ']', '"', '\\', '1e999', '\u0000') + text.slice(at + 1)
}
