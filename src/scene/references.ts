/** Checks what a schema cannot: that names are unique, that references lead somewhere and that the numbers fit together. */
import { suggestion } from '../common/nearest.ts'
import { checkBodies, type ReferenceProblem } from './body-checks.ts'
import { CONSTANT_NAMES, FUNCTION_NAMES } from './formula.ts'
import { MAX_ITERATIONS, MAX_PHYSICS_STEPS } from './limits.ts'
import type { Actuator, Scene } from './schema.ts'
import { coordinatesOf, RESERVED_NAMES } from './sensors.ts'

export type { ReferenceProblem } from './body-checks.ts'

/** Every problem of a scene that fits the schema, but for its formulas (`compileTask`, `compileMotions`). */
export function checkReferences(scene: Scene): ReferenceProblem[] {
  return [
    ...checkWorld(scene),
    ...checkNames(scene),
    ...checkBodies(scene),
    ...checkJoints(scene),
    ...checkForest(scene),
    ...checkActuators(scene),
    ...checkMarkersAndSensors(scene),
    ...checkTask(scene),
  ]
}

/**
 * Sweeps inside each solver iteration. A rotor of armature and the joint's pivot converge slowly: with 1 sweep a push gave
 * 0.35 m/s where 0.50 is right, with 16 it gave 0.4997 (physics step 2 ms, 4 iterations).
 */
export function internalIterationsOf({ world, joints }: Pick<Scene, 'world' | 'joints'>): number {
  const hasArmature = joints.some((joint) => joint.type !== 'weld' && (joint.armature ?? 0) > 0)
  return world.internalIterations ?? (hasArmature ? 16 : 1)
}

/** Physics steps in one control step. */
export function physicsStepsPerControlStep(world: Scene['world']): number {
  return Math.round(world.controlStep / world.physicsStep)
}

function checkWorld({ world, joints }: Scene): ReferenceProblem[] {
  const steps = physicsStepsPerControlStep(world)
  if (steps > MAX_PHYSICS_STEPS) {
    const message = `The control step would be ${steps} physics steps; ${MAX_PHYSICS_STEPS} are the most. Use a longer physicsStep.`
    return [{ path: ['world', 'physicsStep'], message }]
  }
  if (!(steps >= 1 && Math.abs(steps * world.physicsStep - world.controlStep) <= 1e-9 * world.controlStep)) {
    const message = `The control step, ${world.controlStep} s, is not a whole number of physics steps of ${world.physicsStep} s.`
    return [{ path: ['world', 'physicsStep'], message }]
  }
  const iterations = steps * world.solverIterations * internalIterationsOf({ world, joints })
  if (iterations <= MAX_ITERATIONS) return []
  const message = `The control step would take ${iterations} solver iterations; ${MAX_ITERATIONS} are the most. Use fewer.`
  return [{ path: ['world', 'solverIterations'], message }]
}

function checkNames(scene: Scene): ReferenceProblem[] {
  const problems: ReferenceProblem[] = []
  const taken = new Map<string, string>()
  for (const word of [...RESERVED_NAMES, ...FUNCTION_NAMES, ...CONSTANT_NAMES, 'and', 'or', 'not']) {
    taken.set(word, 'a word of the formulas')
  }
  const take = (name: string, kind: string, path: (string | number)[]): void => {
    const owner = taken.get(name)
    if (owner) problems.push({ path, message: `The name "${name}" is already taken by ${owner}; choose another.` })
    else taken.set(name, kind)
  }
  // What formulas name: one name, one thing.
  const named = { bodies: 'a body', joints: 'a joint', markers: 'a marker', sensors: 'a sensor' } as const
  for (const [list, kind] of Object.entries(named)) {
    scene[list as keyof typeof named]?.forEach(({ name }, index) => {
      take(name, kind, [list, index, 'name'])
    })
  }
  for (const name of Object.keys(scene.task.constants ?? {})) take(name, 'a constant', ['task', 'constants', name])
  const lists = {
    actuators: scene.actuators,
    observation: scene.task.observation,
    reward: scene.task.reward,
    terminate: scene.task.terminate,
  }
  for (const [list, entries] of Object.entries(lists)) {
    const seen = new Set<string>()
    entries.forEach(({ name }, index) => {
      const path = list === 'actuators' ? [list, index, 'name'] : ['task', list, index, 'name']
      if (seen.has(name))
        problems.push({ path, message: `The name "${name}" stands twice in this list; choose another.` })
      seen.add(name)
    })
  }
  return problems
}

/** A problem where no body has the name at a path. */
function checkBodyName(scene: Scene, name: string, path: (string | number)[]): ReferenceProblem[] {
  const names = scene.bodies.map((body) => body.name)
  if (names.includes(name)) return []
  return [{ path, message: `There is no body called "${name}".${suggestion(name, names)}` }]
}

function checkJoints(scene: Scene): ReferenceProblem[] {
  const problems: ReferenceProblem[] = []
  const kindOf = new Map(scene.bodies.map(({ name, kind }) => [name, kind]))
  scene.joints.forEach((joint, index) => {
    const add = (key: string, message: string): void => {
      problems.push({ path: ['joints', index, key], message })
    }
    for (const end of ['parent', 'child'] as const) {
      problems.push(...checkBodyName(scene, joint[end], ['joints', index, end]))
    }
    const kind = kindOf.get(joint.child)
    if (kind === 'fixed') {
      add('child', `The child "${joint.child}" is a fixed body and cannot move; exchange parent and child.`)
    } else if (kind === 'kinematic') {
      add('child', `The child "${joint.child}" is kinematic and moves as it is told; exchange parent and child.`)
    }
    if (joint.type === 'weld') return
    if (joint.type === 'slider' && isZero(joint.axis)) {
      add('axis', 'The axis has no direction: it is [0, 0].')
    }
    if (joint.range && joint.range[0] >= joint.range[1]) add('range', 'The lower end comes first: [low, high].')
    if (joint.rest !== undefined && joint.stiffness === undefined) {
      add('rest', 'There is no spring that could rest: give a "stiffness" too.')
    }
    if (joint.maxVelocity !== undefined && scene.joints.some(({ parent }) => parent === joint.child)) {
      const message = `Only a joint whose child carries no further joint can have one; "${joint.child}" carries one.`
      add('maxVelocity', message)
    }
  })
  return problems
}

function checkForest(scene: Scene): ReferenceProblem[] {
  const problems: ReferenceProblem[] = []
  const parentOf = new Map<string, string>()
  scene.joints.forEach(({ parent, child }, index) => {
    if (parentOf.has(child)) {
      const message = `The body "${child}" is already the child of another joint: joints form a tree.`
      problems.push({ path: ['joints', index, 'child'], message })
    }
    parentOf.set(child, parent)
  })
  scene.joints.forEach(({ parent, child }, index) => {
    let body: string | undefined = parent
    for (let steps = 0; body !== undefined && steps <= scene.joints.length; steps++) {
      if (body === child) {
        const message = `"${child}" carries itself: joints form a tree.`
        problems.push({ path: ['joints', index, 'parent'], message })
        return
      }
      body = parentOf.get(body)
    }
  })
  return problems
}

/** The joints that each type of actuator can drive. */
const DRIVEN: Record<Exclude<Actuator['type'], 'thruster'>, readonly string[]> = {
  torque: ['hinge'],
  force: ['slider'],
  velocity: ['hinge', 'slider'],
  position: ['hinge', 'slider'],
}

function checkActuators(scene: Scene): ReferenceProblem[] {
  const joints = new Map(scene.joints.map((joint) => [joint.name, joint.type]))
  return scene.actuators.flatMap((actuator, index): ReferenceProblem[] => {
    const path = ['actuators', index]
    if (actuator.type === 'thruster') return checkThruster(scene, actuator, path)
    const problems: ReferenceProblem[] = []
    const { type } = actuator
    const joint = joints.get(actuator.joint)
    if (joint === undefined) {
      const message = `There is no joint called "${actuator.joint}".${suggestion(actuator.joint, [...joints.keys()])}`
      problems.push({ path: [...path, 'joint'], message })
    } else if (!DRIVEN[type].includes(joint)) {
      const fitting = Object.entries(DRIVEN).filter(([, driven]) => driven.includes(joint))
      const remedy = fitting.length > 0 ? `use ${fitting.map(([name]) => `"${name}"`).join(', ')}` : 'nothing drives it'
      const message = `A "${type}" actuator drives a ${DRIVEN[type].join(' or ')}, and "${actuator.joint}" is a ${joint}: ${remedy}.`
      problems.push({ path: [...path, 'joint'], message })
    }
    if (actuator.type === 'position' && actuator.low >= actuator.high) {
      const message = 'The coordinate aimed at with action -1 ("low") must be below that with action 1 ("high").'
      problems.push({ path: [...path, 'low'], message })
    }
    return problems
  })
}

function checkThruster(
  scene: Scene,
  { body, direction }: Extract<Actuator, { type: 'thruster' }>,
  path: (string | number)[],
): ReferenceProblem[] {
  const problems = checkBodyName(scene, body, [...path, 'body'])
  const kind = scene.bodies.find(({ name }) => name === body)?.kind
  if (kind !== undefined && kind !== 'dynamic') {
    const message = `"${body}" is a ${kind} body, which no force moves; a thruster needs a dynamic one.`
    problems.push({ path: [...path, 'body'], message })
  }
  if (isZero(direction)) {
    problems.push({ path: [...path, 'direction'], message: 'The thruster has no direction: it is [0, 0].' })
  }
  return problems
}

function checkMarkersAndSensors(scene: Scene): ReferenceProblem[] {
  const markers = (scene.markers ?? []).flatMap(({ body }, index) => {
    return checkBodyName(scene, body, ['markers', index, 'body'])
  })
  const sensors = (scene.sensors ?? []).flatMap((sensor, index) => {
    const path = ['sensors', index]
    const problems = checkBodyName(scene, sensor.body, [...path, 'body'])
    if (sensor.type === 'ray') return problems
    const shapeless = (name: string): boolean => scene.bodies.some((b) => b.name === name && b.shapes.length === 0)
    for (const key of ['body', 'with'] as const) {
      const name = sensor[key]
      if (name === undefined || !shapeless(name)) continue
      problems.push({ path: [...path, key], message: `"${name}" has no shapes, so nothing can touch it; add one.` })
    }
    if (sensor.with === undefined) return problems
    problems.push(...checkBodyName(scene, sensor.with, [...path, 'with']))
    if (sensor.with === sensor.body) {
      problems.push({ path: [...path, 'with'], message: `"${sensor.with}" cannot touch itself; name another body.` })
    }
    return problems
  })
  return [...markers, ...sensors]
}

function checkTask({ task, ...scene }: Scene): ReferenceProblem[] {
  const problems: ReferenceProblem[] = []
  const coordinates = coordinatesOf({ task, ...scene })
  const seen = new Set<string>()
  task.reset.forEach(({ coordinate }, index) => {
    const path = ['task', 'reset', index, 'coordinate']
    if (!coordinates.includes(coordinate)) {
      const message = `There is no coordinate called "${coordinate}".${suggestion(coordinate, coordinates)}`
      problems.push({ path, message })
    } else if (seen.has(coordinate)) {
      problems.push({ path, message: `"${coordinate}" is set twice; keep one.` })
    }
    seen.add(coordinate)
  })
  task.observation.forEach(({ range }, index) => {
    if (!range || range[0] < range[1]) return
    problems.push({ path: ['task', 'observation', index, 'range'], message: 'The lower end comes first: [low, high].' })
  })
  if (task.neverTerminates && task.terminate.length > 0) {
    const message = 'The task says that it never terminates, and has conditions in "terminate"; remove one of the two.'
    problems.push({ path: ['task', 'neverTerminates'], message })
  }
  return problems
}

function isZero([x, y]: readonly [number, number]): boolean {
  return Math.hypot(x, y) < 1e-9
}
