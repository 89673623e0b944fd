// Mistakes in what version 2 added: each must give one problem at its place, with a remedy; and older files still load.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { validateScene } from '../../src/scene/load.ts'
import { migrate } from '../../src/scene/migrations.ts'
import { compileMotions } from '../../src/scene/motion.ts'
import { coordinatesOf } from '../../src/scene/sensors.ts'
import { formatUnit, parseUnit } from '../../src/scene/units.ts'
import { everything } from './everything.ts'

// biome-ignore lint/suspicious/noExplicitAny: a scene file that may be wrong has no type.
type Json = any

/** The problems of the scene with one of everything after a change. */
function problemsAfter(change: (scene: Json) => void) {
  const scene = everything() as Json
  change(scene)
  return validateScene(JSON.stringify(scene, null, 2)).problems
}

const at = (scene: Json, name: string): Json =>
  [...scene.bodies, ...scene.joints, ...scene.actuators, ...scene.markers, ...scene.sensors].find(
    (entry: Json) => entry.name === name,
  )

const star = [
  [0, 1],
  [0.6, -0.8],
  [-0.95, 0.3],
  [0.95, 0.3],
  [-0.6, -0.8],
]

describe('a mistake', () => {
  it.each<[string, (scene: Json) => unknown, string, RegExp]>([
    ['mass and density', (s) => (at(s, 'pole').mass = 1), 'bodies[2].mass', /keep one of the two/],
    ['density and inertia', (s) => (at(s, 'pole').inertia = 1), 'bodies[2].inertia', /"inertia" follows.*keep one/],
    ['neither mass nor density', (s) => delete at(s, 'pole').density, 'bodies[2]', /"pole" has no weight; give "mass"/],
    ['a prism without depth', (s) => delete at(s, 'cart').shapes[0].depth, 'bodies[1].shapes[0]', /needs a "depth"/],
    [
      'no shapes to weigh',
      (s) => (at(s, 'pole').shapes = []),
      'bodies[2].shapes',
      /no shapes to compute.*"mass" and "inertia"/,
    ],
    [
      'a computed mass too large',
      (s) => Object.assign(at(s, 'pole').shapes[0], { radius: 1000 }),
      'bodies[2].density',
      /is .*kg; it must be/,
    ],
    [
      'a dynamic segment',
      (s) => (at(s, 'flyer').shapes = [{ type: 'segment', from: [0, 0], to: [1, 0] }]),
      'bodies[4].shapes[0].type',
      /only fixed and kinematic.*Known: capsule/,
    ],
    [
      'a segment without length',
      (s) => (at(s, 'ground').shapes[0].to = [-10, 0]),
      'bodies[0].shapes[0].to',
      /no length/,
    ],
    [
      'a repeated point',
      (s) => at(s, 'ground').shapes[1].points.push([14, 0.5]),
      'bodies[0].shapes[1].points[2]',
      /same as the next/,
    ],
    [
      'a polygon that is not convex',
      (s) => at(s, 'plate').shapes[0].points.push([0.01, 0.1]),
      'bodies[3].shapes[0].points[3]',
      /not convex at this corner; split/,
    ],
    [
      'a polygon on one line',
      (s) =>
        (at(s, 'plate').shapes[0].points = [
          [0, 0],
          [1, 1],
          [2, 2],
        ]),
      'bodies[3].shapes[0].points',
      /no area/,
    ],
    ['a star', (s) => (at(s, 'plate').shapes[0].points = star), 'bodies[3].shapes[0].points', /cross each other/],
    ['a kinematic child', (s) => (at(s, 'glue').child = 'lift'), 'joints[2].child', /"lift" is kinematic/],
    ['an axis of no direction', (s) => (at(s, 'rail').axis = [0, 0]), 'joints[0].axis', /no direction/],
    ['a range upside down', (s) => (at(s, 'rail').range = [1, 1]), 'joints[0].range', /lower end comes first/],
    ['a rest without a spring', (s) => delete at(s, 'hinge').stiffness, 'joints[1].rest', /give a "stiffness"/],
    [
      'a torque on a slider',
      (s) => (at(s, 'motor').joint = 'rail'),
      'actuators[1].joint',
      /drives a hinge, and "rail" is a slider: use "force", "velocity", "position"/,
    ],
    [
      'a force on a hinge',
      (s) => (at(s, 'drive').joint = 'hinge'),
      'actuators[0].joint',
      /drives a slider, and "hinge" is a hinge: use "torque"/,
    ],
    [
      'a servo on a weld',
      (s) => (at(s, 'speed').joint = 'glue'),
      'actuators[2].joint',
      /"glue" is a weld: nothing drives it/,
    ],
    ['a servo without force', (s) => (at(s, 'speed').maxForce = 0), 'actuators[2].maxForce', /above 0/],
    ['a servo upside down', (s) => (at(s, 'servo').low = 1), 'actuators[3].low', /below/],
    [
      'a thruster on a fixed body',
      (s) => (at(s, 'jet').body = 'ground'),
      'actuators[4].body',
      /"ground" is a fixed body/,
    ],
    ['a thruster of no direction', (s) => (at(s, 'jet').direction = [0, 0]), 'actuators[4].direction', /no direction/],
    [
      'a marker on no body',
      (s) => (at(s, 'tip').body = 'pol'),
      'markers[0].body',
      /no body called "pol". Did you mean "pole"/,
    ],
    ['a sensor of no body', (s) => (at(s, 'eye').body = 'flier'), 'sensors[1].body', /Did you mean "flyer"/],
    ['a sensor of itself', (s) => (at(s, 'touch').with = 'flyer'), 'sensors[0].with', /cannot touch itself/],
    ['a ray of no length', (s) => (at(s, 'eye').length = 0), 'sensors[1].length', /or more/],
    ['a name taken twice', (s) => (at(s, 'eye').name = 'tip'), 'sensors[1].name', /already taken by a marker/],
    [
      'conditions of what never ends',
      (s) => (s.task.neverTerminates = true),
      'task.neverTerminates',
      /remove one of the two/,
    ],
    [
      'a reset of a fixed body',
      (s) => (s.task.reset[2].coordinate = 'lift.y'),
      'task.reset[2].coordinate',
      /no coordinate called "lift.y"/,
    ],
    [
      'a reset of a carried body',
      (s) => (s.task.reset[2].coordinate = 'pole.y'),
      'task.reset[2].coordinate',
      /no coordinate called "pole.y"/,
    ],
    [
      'a motion that reads a sensor',
      (s) => (at(s, 'lift').motion.y = 'cart.x'),
      'bodies[5].motion.y',
      /no sensor.*"cart.x".*character 1/,
    ],
    [
      'a motion that begins nowhere',
      (s) => (at(s, 'lift').motion.y = '1 / time'),
      'bodies[5].motion.y',
      /no finite value at time 0/,
    ],
    ['a group too many', (s) => (at(s, 'ground').groups = [16]), 'bodies[0].groups[0]', /at most 15/],
    [
      'too much solving',
      (s) => Object.assign(s.world, { solverIterations: 1000, internalIterations: 100 }),
      'world.solverIterations',
      /400000 solver iterations; 20000/,
    ],
    [
      'metres and radians',
      (s) => (s.task.reward[0].formula = 'tip.y - 2 * tip.y + hinge.angle'),
      'task.reward[0].formula',
      /"\+" joins m and rad.*character 21/,
    ],
    [
      'another unit than declared',
      (s) => (s.task.observation[1].unit = 'm/s'),
      'task.observation[1].formula',
      /gives m, and "unit" says m\/s/,
    ],
    [
      'an unknown key',
      (s) => (at(s, 'jet').onWay = true),
      'actuators[4].onWay',
      /not known here. Did you mean "oneWay"/,
    ],
  ])('of %s gives one problem', (_, change, path, message) => {
    const problems = problemsAfter(change)
    expect(problems).toEqual([
      { path, line: expect.any(Number), column: expect.any(Number), message: expect.stringMatching(message) },
    ])
  })
})

describe('all problems at once', () => {
  it('a wrong number or key does not hide what is wrong elsewhere', () => {
    const problems = problemsAfter((scene) => {
      at(scene, 'cart').mass = -1
      at(scene, 'jet').onWay = true
      at(scene, 'rail').range = [1, -1]
      scene.task.reward[0].formula = 'tipp.y'
    })
    expect(problems.map(({ path }) => path)).toEqual([
      'bodies[1].mass',
      'actuators[4].onWay',
      'joints[0].range',
      'task.reward[0].formula',
    ])
  })

  it('a wrong name is not followed by all that leans on it', () => {
    expect(problemsAfter((scene) => (at(scene, 'pole').name = 'the pole')).map(({ path }) => path)).toEqual([
      'bodies[2].name',
    ])
  })
})

describe('units', () => {
  const unitsOf = (formula: string): string[] =>
    problemsAfter((scene) => {
      scene.task.reward[0].formula = formula
    }).map(({ message }) => message)

  it.each([
    'tip.y - target',
    '-hinge.angle^2 - 0.1 * hinge.velocity^2',
    'sin(hinge.angle) + cos(time * 2) + touch',
    'tip.vx - 0.6 * hinge.velocity',
    'hypot(tip.x, tip.y) > 1',
    'tip.y > 1 ? tip.x : tip.y',
    'sqrt(tip.x * tip.y) + rail.position',
    'tip.vx * time + tip.x',
    'touch.force * tip.x + torque.hinge',
    'exp(-(tip.x / tip.y)^2)',
    'delta(tip.x) + before(rail.position)',
    'wrap(hinge.angle) + atan2(tip.y, tip.x)',
    'eye.distance / 5 + hinge.angle',
  ])('of %s fit', (formula) => {
    expect(unitsOf(formula)).toEqual([])
  })

  it.each([
    ['tip.x + time', /"\+" joins m and s/],
    ['tip.x < tip.vx', /"<" joins m and m\/s/],
    ['tip.x^2 + tip.y', /"\+" joins m² and m/],
    ['sin(tip.x)', /sin\(...\) takes an angle \(rad\) or a number without a unit, not m/],
    ['exp(-time)', /exp\(...\) takes a number without a unit, not s/],
    ['2^tip.x', /"\^" takes an exponent, not m/],
    ['max(tip.x, touch.force)', /max\(...\) joins m and N/],
    ['norm(tip.x, tip.y, tip.vx)', /norm\(...\) joins m and m\/s/],
    ['touch ? tip.x : time', /"\?" joins m and s/],
    ['touch.force * tip.x + touch.force', /joins N·m and N/],
    ['tip.vx / time + tip.vx', /joins m\/s² and m\/s/],
  ])('of %s do not', (formula, message) => {
    expect(unitsOf(formula)).toEqual([expect.stringMatching(message)])
  })

  it.each(['m', 'rad/s', 'N·m', 'm/s²', 'kg·m²', 'N·m/rad', '1/s'])('%s is read and written alike', (text) => {
    expect(formatUnit(parseUnit(text)!)).toBe(text)
  })
})

describe('a file of version 1', () => {
  const version1 = (): Json => {
    const scene = JSON.parse(readFileSync(new URL('../../scenes/pendulum.json', import.meta.url), 'utf8'))
    scene.version = 1
    delete scene.actuators[0].type
    return scene
  }

  it('comes back as version 2, its actuators as torques', () => {
    const { scene, problems } = validateScene(JSON.stringify(version1()))
    expect(problems).toEqual([])
    expect(scene).toMatchObject({ version: 2, actuators: [{ type: 'torque', name: 'motor', gear: 2 }] })
  })

  it('is itself left as it is', () => {
    const document = version1()
    migrate(document)
    expect(document).toEqual(version1())
  })

  it('has its mistakes at the lines and columns of the file', () => {
    const document = version1()
    document.actuators[0].gaer = 2
    delete document.bodies[1].shapes
    const text = JSON.stringify(document, null, 2)
    const line = (part: string): number => text.slice(0, text.indexOf(part)).split('\n').length
    expect(validateScene(text).problems).toMatchObject([
      { path: 'bodies[1].shapes', line: line('"name": "rod"') - 1 },
      { path: 'actuators[0].gaer', line: line('"gaer"'), column: 7 },
    ])
  })

  it('may join units as it could before', () => {
    const document = version1()
    document.task.reward[0].formula = '-hinge.angle^2 - hinge.velocity^2'
    expect(validateScene(JSON.stringify(document)).problems).toEqual([])
    document.version = 2
    document.actuators[0].type = 'torque'
    expect(validateScene(JSON.stringify(document)).problems).toHaveLength(1)
  })
})

describe('a scene', () => {
  it('has coordinates for its hinges, sliders and free bodies, and no others', () => {
    const free = ['x', 'y', 'angle', 'vx', 'vy', 'angularVelocity'].map((quantity) => `flyer.${quantity}`)
    expect(coordinatesOf(everything())).toEqual([
      'rail.position',
      'rail.velocity',
      'hinge.angle',
      'hinge.velocity',
      ...free,
    ])
  })

  it('moves its kinematic bodies by their formulas, and as drawn where there are none', () => {
    const { motions, problems } = compileMotions(everything())
    expect(problems).toEqual([])
    expect(motions.map(({ body }) => body)).toEqual([5])
    const pose = { x: 0, y: 0, angle: 0 }
    motions[0]!.poseAt(0.7, pose)
    expect(pose).toEqual({ x: -3, y: 1 + 0.5 * Math.sin(1.4), angle: 0.1 * 0.7 })
  })
})
