/** Checks what a schema cannot: that names are unique, that references lead somewhere and that the numbers fit together. */
import { suggestion } from '../common/nearest.ts'
import { CONSTANT_NAMES, FUNCTION_NAMES } from './formula.ts'
import type { Scene } from './schema.ts'
import { coordinatesOf, RESERVED_NAMES } from './sensors.ts'

export interface ReferenceProblem {
  path: (string | number)[]
  message: string
}

export function checkReferences(scene: Scene): ReferenceProblem[] {
  return [
    ...checkWorld(scene),
    ...checkNames(scene),
    ...checkJoints(scene),
    ...checkActuators(scene),
    ...checkTask(scene),
  ]
}

/** Physics steps in one control step. */
export function physicsStepsPerControlStep(world: Scene['world']): number {
  return Math.round(world.controlStep / world.physicsStep)
}

/** Physics steps in one control step at most: a typing error must not hang the app. */
const MAX_PHYSICS_STEPS = 1000

function checkWorld({ world }: Scene): ReferenceProblem[] {
  const steps = physicsStepsPerControlStep(world)
  if (steps > MAX_PHYSICS_STEPS) {
    const message = `The control step would be ${steps} physics steps; ${MAX_PHYSICS_STEPS} are the most. Use a longer physicsStep.`
    return [{ path: ['world', 'physicsStep'], message }]
  }
  if (steps >= 1 && Math.abs(steps * world.physicsStep - world.controlStep) <= 1e-9 * world.controlStep) return []
  const message = `The control step, ${world.controlStep} s, is not a whole number of physics steps of ${world.physicsStep} s.`
  return [{ path: ['world', 'physicsStep'], message }]
}

function checkNames(scene: Scene): ReferenceProblem[] {
  const problems: ReferenceProblem[] = []
  const taken = new Map<string, string>()
  for (const word of RESERVED_NAMES) taken.set(word, 'a word of the formulas')
  for (const word of [...FUNCTION_NAMES, ...CONSTANT_NAMES, 'and', 'or', 'not'])
    taken.set(word, 'a word of the formulas')
  const take = (name: string, kind: string, path: (string | number)[]): void => {
    const owner = taken.get(name)
    if (owner) problems.push({ path, message: `The name "${name}" is already taken by ${owner}; choose another.` })
    else taken.set(name, kind)
  }
  scene.bodies.forEach(({ name }, index) => {
    take(name, 'a body', ['bodies', index, 'name'])
  })
  scene.joints.forEach(({ name }, index) => {
    take(name, 'a joint', ['joints', index, 'name'])
  })
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

function checkJoints(scene: Scene): ReferenceProblem[] {
  const problems: ReferenceProblem[] = []
  const bodies = new Map(scene.bodies.map((body) => [body.name, body]))
  const parentOf = new Map<string, string>()
  scene.joints.forEach((joint, index) => {
    for (const end of ['parent', 'child'] as const) {
      if (bodies.has(joint[end])) continue
      const message = `There is no body called "${joint[end]}".${suggestion(joint[end], [...bodies.keys()])}`
      problems.push({ path: ['joints', index, end], message })
    }
    if (bodies.get(joint.child)?.kind === 'fixed') {
      const message = `The child "${joint.child}" is a fixed body and cannot turn; exchange parent and child.`
      problems.push({ path: ['joints', index, 'child'], message })
    }
    if (parentOf.has(joint.child)) {
      const message = `The body "${joint.child}" is already the child of another joint: joints form a tree.`
      problems.push({ path: ['joints', index, 'child'], message })
    }
    parentOf.set(joint.child, joint.parent)
    if (joint.maxVelocity !== undefined && scene.joints.some(({ parent }) => parent === joint.child)) {
      const message = `Only a joint whose child carries no further joint can have one; "${joint.child}" carries one.`
      problems.push({ path: ['joints', index, 'maxVelocity'], message })
    }
  })
  scene.joints.forEach((joint, index) => {
    let body: string | undefined = joint.parent
    for (let steps = 0; body !== undefined && steps <= scene.joints.length; steps++) {
      if (body === joint.child) {
        problems.push({
          path: ['joints', index, 'parent'],
          message: `"${joint.child}" carries itself: joints form a tree.`,
        })
        return
      }
      body = parentOf.get(body)
    }
  })
  return problems
}

function checkActuators(scene: Scene): ReferenceProblem[] {
  const joints = scene.joints.map(({ name }) => name)
  return scene.actuators.flatMap(({ joint }, index) => {
    if (joints.includes(joint)) return []
    const message = `There is no joint called "${joint}".${suggestion(joint, joints)}`
    return [{ path: ['actuators', index, 'joint'], message }]
  })
}

function checkTask(scene: Scene): ReferenceProblem[] {
  const problems: ReferenceProblem[] = []
  const coordinates = coordinatesOf(scene)
  const seen = new Set<string>()
  scene.task.reset.forEach(({ coordinate }, index) => {
    const path = ['task', 'reset', index, 'coordinate']
    if (!coordinates.includes(coordinate)) {
      const message = `There is no coordinate called "${coordinate}".${suggestion(coordinate, coordinates)}`
      problems.push({ path, message })
    } else if (seen.has(coordinate)) {
      problems.push({ path, message: `"${coordinate}" is set twice; keep one.` })
    }
    seen.add(coordinate)
  })
  scene.task.observation.forEach(({ range }, index) => {
    if (!range || range[0] < range[1]) return
    problems.push({ path: ['task', 'observation', index, 'range'], message: 'The lower end comes first: [low, high].' })
  })
  return problems
}
