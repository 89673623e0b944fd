// Scene files with mistakes in them: each mistake must give exactly one problem, at its own line and column, with a
// remedy. Where a mistake is, the tests find out by searching the text themselves.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Problem, UserError } from '../../src/common/user-error.ts'
import { loadScene, MAX_SCENE_LENGTH, validateScene } from '../../src/scene/load.ts'
import { fc } from '../properties.ts'

const PENDULUM = readFileSync(new URL('../../scenes/pendulum.json', import.meta.url), 'utf8')

/** The pendulum's text with one thing exchanged; it must occur. */
function pendulumWith(old: string, replacement: string): string {
  expect(PENDULUM).toContain(old)
  return PENDULUM.replace(old, () => replacement)
}

/** The pendulum's text with whatever `change` does to its value. */
function pendulumChanged(change: (scene: Json) => void): string {
  const scene = JSON.parse(PENDULUM) as Json
  change(scene)
  return JSON.stringify(scene, null, 2)
}

// biome-ignore lint/suspicious/noExplicitAny: a scene file that may be wrong has no type.
type Json = any

/** Line and column (both from 1) of the character at `index`. */
function placeAt(text: string, index: number): { line: number; column: number } {
  const before = text.slice(0, index).split('\n')
  return { line: before.length, column: before.at(-1)!.length + 1 }
}

/** Line and column of the `^` in `marked`, a part of `text` with a `^` put before the character that is meant. */
function placeOf(text: string, marked: string): { line: number; column: number } {
  const offset = marked.indexOf('^')
  const plain = marked.replace('^', '')
  expect(text.split(plain).length - 1, `occurrences of ${plain}`).toBe(1)
  return placeAt(text, text.indexOf(plain) + offset)
}

/** That `text` has exactly one problem: at `path`, at the `^` of `marked`, with a message like `message`. */
function expectProblem(text: string, path: string, marked: string, message: RegExp): void {
  const { scene, problems } = validateScene(text)
  expect(scene).toBeUndefined()
  expect(problems).toEqual([{ path, ...placeOf(text, marked), message: expect.stringMatching(message) }])
}

describe('the pendulum scene', () => {
  it('is valid and comes back as it is in the file', () => {
    const { scene, problems } = validateScene(PENDULUM)
    expect(problems).toEqual([])
    expect(scene).toEqual(JSON.parse(PENDULUM))
  })

  it('is valid with a byte order mark, with Windows line ends and on one line', () => {
    const texts = [`\uFEFF${PENDULUM}`, PENDULUM.replaceAll('\n', '\r\n'), JSON.stringify(JSON.parse(PENDULUM))]
    for (const text of texts) expect(validateScene(text).problems).toEqual([])
  })

  it('has its mistakes at the same lines and columns with a byte order mark or Windows line ends', () => {
    const text = pendulumWith('"mass": 1', '"mass": -1')
    const { problems } = validateScene(text)
    expect(problems).toHaveLength(1)
    expect(validateScene(`\uFEFF${text}`).problems).toEqual(problems)
    expect(validateScene(text.replaceAll('\n', '\r\n')).problems).toEqual(problems)
  })
})

describe('text that is no JSON', () => {
  it.each(['', ' ', '\n\n', '\uFEFF'])('when empty (%j) is called empty', (text) => {
    expect(validateScene(text).problems).toEqual([
      { path: '', line: 1, column: 1, message: expect.stringContaining('empty') },
    ])
  })

  it.each<[string, string, string, string]>([
    ['a comma too many', '"version": 2,', '"version": 2,,', '"version": 2,^,'],
    ['a comma too few', '"version": 2,', '"version": 2', '^"name": "pendulum"'],
    ['a comment', '"version": 2,', '"version": 2, // one', '^// one'],
    ['single quotes', '"rod"', "'rod'", "^'rod'"],
    ['NaN', '[0, -10]', '[0, NaN]', '[0, ^NaN]'],
    ['Infinity', '[0, -10]', '[0, Infinity]', '[0, ^Infinity]'],
    ['a number with a plus', '[0, -10]', '[0, +10]', '[0, ^+10]'],
  ])('because of %s has its problem there', (_, old, replacement, marked) => {
    expectProblem(pendulumWith(old, replacement), '', marked, /not valid JSON/)
  })

  it('because of something after its end has its problem there', () => {
    const text = `${PENDULUM}x`
    const place = placeAt(text, PENDULUM.length)
    expect(validateScene(text).problems).toEqual([{ path: '', ...place, message: expect.stringMatching(/JSON/) }])
  })

  it('because it is cut off has its problem on the line of its last word, wherever it is cut', () => {
    const end = PENDULUM.trimEnd().length
    for (let length = 1; length < end; length += 3) {
      const text = PENDULUM.slice(0, length).trimEnd()
      if (/[:[{]$/.test(text)) continue
      const { scene, problems } = validateScene(text)
      expect(scene).toBeUndefined()
      expect(problems).toHaveLength(1)
      expect(problems[0]!.message).toMatch(/not valid JSON/)
      expect(problems[0]!.line, JSON.stringify(text.slice(-20))).toBe(placeAt(text, length).line)
    }
  })

  it.each(['"gravity":', '"gravity": [', '"bodies": ['])(
    'because it is cut off after %s has its problem there',
    (last) => {
      const text = PENDULUM.slice(0, PENDULUM.indexOf(last) + last.length)
      expect(validateScene(text).problems).toMatchObject([{ path: '', line: placeAt(text, text.length).line }])
    },
  )

  it('because of a tabulator inside a string has its problem there', () => {
    const { problems } = validateScene(pendulumWith('"name": "pendulum"', '"name": "pen\tdulum"'))
    expect(problems).toHaveLength(1)
    expect(problems[0]!.line).toBe(5)
  })

  it.each([100, 1000, 20_000, 1_000_000])('because lists are nested %d deep is one problem', (depth) => {
    expect(validateScene('['.repeat(depth) + ']'.repeat(depth)).problems).toHaveLength(1)
    expect(validateScene('['.repeat(depth)).problems).toHaveLength(1)
  })

  it('because it is longer than any scene is one problem', () => {
    const { problems } = validateScene(' '.repeat(MAX_SCENE_LENGTH + 1))
    expect(problems).toEqual([{ path: '', line: 1, column: 1, message: expect.stringContaining('4000000') }])
  })

  it.each(['null', '3', '"scene"', '[]', 'true'])('nor an object (%s) is one problem at its beginning', (text) => {
    expect(validateScene(text).problems).toEqual([
      { path: '', line: 1, column: 1, message: expect.stringMatching(/object/) },
    ])
  })
})

describe('keys', () => {
  it('given twice are refused at the second', () => {
    const text = pendulumWith('"mass": 1,', '"mass": 1, "mass": 2,')
    expectProblem(text, 'bodies[1].mass', '"mass": 1, ^"mass": 2', /"mass" is given twice; keep one/)
  })

  it('given twice are refused even if spelt differently', () => {
    const text = pendulumWith('"mass": 1,', '"mass": 1, "\\u006dass": 2,')
    expectProblem(text, 'bodies[1].mass', '"mass": 1, ^"\\u006dass"', /"mass" is given twice; keep one/)
  })

  it.each([
    ['wrld', 'world', '', '"version": 2,'],
    ['gravty', 'gravity', 'world', '"controlStep": 0.05,'],
    ['masss', 'mass', 'bodies[1]', '"mass": 1,'],
    ['fiction', 'friction', 'bodies[1]', '"mass": 1,'],
    ['gea', 'gear', 'actuators[0]', '"joint": "hinge",'],
    ['maxStep', 'maxSteps', 'task', '"maxSteps": 200,'],
  ])('that are not known, like "%s", are refused with "%s" as a suggestion', (key, near, parent, beside) => {
    const text = pendulumWith(beside, `${beside} "${key}": 1,`)
    const path = parent === '' ? key : `${parent}.${key}`
    expectProblem(
      text,
      path,
      `${beside} ^"${key}": 1`,
      new RegExp(`"${key}" is not known here. Did you mean "${near}"`),
    )
  })

  it('that are not known in a shape have its keys as suggestions', () => {
    const text = pendulumWith('"radius": 0.06', '"radius": 0.06, "rom": 1')
    expectProblem(text, 'bodies[1].shapes[0].rom', '0.06, ^"rom"', /not known here. Did you mean "from"/)
  })

  it.each(['__proto__', 'constructor', 'toString'])('that every object inherits, like "%s", are not known', (key) => {
    const text = pendulumWith('"version": 2,', `"version": 2, "${key}": 1,`)
    expectProblem(text, key, `"version": 2, ^"${key}": 1`, new RegExp(`"${key}" is not known here`))
  })

  const required: [string, (scene: Json) => Json, string][] = [
    ['format', (scene) => scene, ''],
    ['version', (scene) => scene, ''],
    ['name', (scene) => scene, ''],
    ['world', (scene) => scene, ''],
    ['bodies', (scene) => scene, ''],
    ['joints', (scene) => scene, ''],
    ['actuators', (scene) => scene, ''],
    ['task', (scene) => scene, ''],
    ['gravity', (scene) => scene.world, 'world'],
    ['solverIterations', (scene) => scene.world, 'world'],
    ['kind', (scene) => scene.bodies[0], 'bodies[0]'],
    ['position', (scene) => scene.bodies[0], 'bodies[0]'],
    ['shapes', (scene) => scene.bodies[1], 'bodies[1]'],
    ['type', (scene) => scene.bodies[1].shapes[0], 'bodies[1].shapes[0]'],
    ['to', (scene) => scene.bodies[1].shapes[0], 'bodies[1].shapes[0]'],
    ['type', (scene) => scene.joints[0], 'joints[0]'],
    ['anchor', (scene) => scene.joints[0], 'joints[0]'],
    ['type', (scene) => scene.actuators[0], 'actuators[0]'],
    ['gear', (scene) => scene.actuators[0], 'actuators[0]'],
    ['maxSteps', (scene) => scene.task, 'task'],
    ['reset', (scene) => scene.task, 'task'],
    ['formula', (scene) => scene.task.reward[1], 'task.reward[1]'],
    ['coordinate', (scene) => scene.task.reset[0], 'task.reset[0]'],
  ]
  it.each(required)('that are missing, like "%s", are named at the object that lacks them', (key, parentOf, parent) => {
    const text = pendulumChanged((scene) => {
      delete parentOf(scene)[key]
    })
    const { problems } = validateScene(text)
    const path = parent === '' ? key : `${parent}.${key}`
    expect(problems).toEqual([{ path, ...located(text, parent), message: expect.any(String) }])
    expect(problems[0]!.message).toContain(`"${key}" is missing`)
  })

  it('that choose a variant are named with what they may be when missing', () => {
    const noKind = pendulumChanged((scene) => {
      delete scene.bodies[0].kind
    })
    expect(validateScene(noKind).problems[0]!.message).toMatch(/fixed.*dynamic/)
    const noType = pendulumChanged((scene) => {
      delete scene.bodies[1].shapes[0].type
    })
    expect(validateScene(noType).problems[0]!.message).toMatch(/capsule.*circle.*box/)
  })
})

describe('values', () => {
  it.each<[string, string, string, string, string, RegExp]>([
    ['another format', '"torquelab-scene"', '"mjcf"', 'format', '"format": ^"mjcf"', /torquelab-scene/],
    ['version 0', '"version": 2', '"version": 0', 'version', '"version": ^0', /versions 1 to 2/],
    ['a newer version', '"version": 2', '"version": 3', 'version', '"version": ^3', /version 3.*Update TorqueLab/],
    ['half a version', '"version": 2', '"version": 1.5', 'version', '"version": ^1.5', /versions 1 to 2/],
    ['text for a version', '"version": 2', '"version": "2"', 'version', '"version": ^"2"', /versions 1 to 2/],
    ['an unknown kind', '"dynamic"', '"dynamik"', 'bodies[1].kind', '"kind": ^"dynamik"', /Did you mean "dynamic"/],
    ['a kind that is no text', '"dynamic"', '3', 'bodies[1].kind', '"kind": ^3', /3 is no kind.*fixed, dynamic/],
    ['an unknown joint', '"type": "hinge"', '"type": "hnge"', 'joints[0].type', '"type": ^"hnge"', /"hinge"/],
    [
      'an unknown shape',
      '"type": "capsule"',
      '"type": "capsul"',
      'bodies[1].shapes[0].type',
      '"type": ^"capsul"',
      /Did you mean "capsule"/,
    ],
    [
      'text for a number',
      '"mass": 1',
      '"mass": "1"',
      'bodies[1].mass',
      '"mass": ^"1"',
      /Use a number; this is the text.*kg/,
    ],
    ['a number for text', '"joint": "hinge"', '"joint": 3', 'actuators[0].joint', '"joint": ^3', /Use text; this is 3/],
    ['null', '"mass": 1', '"mass": null', 'bodies[1].mass', '"mass": ^null', /number.*null/],
    ['no mass', '"mass": 1', '"mass": 0', 'bodies[1].mass', '"mass": ^0', /of 1e-9 or more.*kg/],
    [
      'a negative radius',
      '"radius": 0.06',
      '"radius": -0.06',
      'bodies[1].shapes[0].radius',
      '^-0.06',
      /of 0.000001 or more.*m/,
    ],
    ['an infinite number', '[0, -10]', '[0, 1e999]', 'world.gravity[1]', '[0, ^1e999]', /no finite number/],
    ['a huge number', '[0, -10]', '[0, -1e300]', 'world.gravity[1]', '[0, ^-1e300]', /of -1000000 or more/],
    ['a huge mass', '"mass": 1,', '"mass": 1000001,', 'bodies[1].mass', '"mass": ^1000001', /at most 1000000/],
    ['a point of 3', '[0, -10]', '[0, -10, 0]', 'world.gravity', '"gravity": ^[0, -10, 0]', /2.*m\/s²/],
    ['a point of 1', '[0, -10]', '[-10]', 'world.gravity', '"gravity": ^[-10]', /2.*m\/s²/],
    [
      'half a step',
      '"maxSteps": 200',
      '"maxSteps": 2.5',
      'task.maxSteps',
      '"maxSteps": ^2.5',
      /a whole number; this is 2.5/,
    ],
    ['no step', '"maxSteps": 200', '"maxSteps": 0', 'task.maxSteps', '"maxSteps": ^0', /of 1 or more/],
    ['a name of two words', '"name": "motor"', '"name": "a b"', 'actuators[0].name', '"name": ^"a b"', /letters/],
    ['an empty name', '"name": "motor"', '"name": ""', 'actuators[0].name', '"name": ^""', /letters/],
    ['a path as a name', '"name": "pendulum"', '"name": "../a"', 'name', '"name": ^"../a"', /letters/],
    ['an empty formula', '"-0.001 * torque.hinge^2"', '""', 'task.reward[2].formula', '"formula": ^""', /formula/],
    ['a range upside down', '[-8, 8]', '[8, -8]', 'task.observation[2].range', '"range": ^[8, -8]', /lower end.*first/],
  ])('%s is refused where it stands', (_, old, replacement, path, marked, message) => {
    expectProblem(pendulumWith(old, replacement), path, marked, message)
  })
})

describe('references', () => {
  it.each<[string, string, string, string, string, RegExp]>([
    [
      'a child that no body is',
      '"child": "rod"',
      '"child": "rodd"',
      'joints[0].child',
      '"child": ^"rodd"',
      /no body called "rodd". Did you mean "rod"/,
    ],
    [
      'a parent that no body is',
      '"parent": "mount"',
      '"parent": "mont"',
      'joints[0].parent',
      '"parent": ^"mont"',
      /no body called "mont". Did you mean "mount"/,
    ],
    [
      'a fixed child',
      '"parent": "mount", "child": "rod"',
      '"parent": "rod", "child": "mount"',
      'joints[0].child',
      '"child": ^"mount"',
      /"mount" is a fixed body.*exchange parent and child/,
    ],
    [
      'an actuator of no joint',
      '"joint": "hinge"',
      '"joint": "hinges"',
      'actuators[0].joint',
      '"joint": ^"hinges"',
      /no joint called "hinges". Did you mean "hinge"/,
    ],
    [
      'a control step that is no multiple',
      '"physicsStep": 0.025',
      '"physicsStep": 0.03',
      'world.physicsStep',
      '"physicsStep": ^0.03',
      /0.05 s, is not a whole number of physics steps of 0.03 s/,
    ],
    [
      'a physics step longer than the control step',
      '"physicsStep": 0.025',
      '"physicsStep": 0.1',
      'world.physicsStep',
      '"physicsStep": ^0.1',
      /not a whole number of physics steps/,
    ],
    [
      'a reset of no coordinate',
      '"coordinate": "hinge.velocity"',
      '"coordinate": "hinge.velocty"',
      'task.reset[1].coordinate',
      '"coordinate": ^"hinge.velocty"',
      /no coordinate called "hinge.velocty". Did you mean "hinge.velocity"/,
    ],
    [
      'a reset of a coordinate twice',
      '"coordinate": "hinge.velocity"',
      '"coordinate": "hinge.angle"',
      'task.reset[1].coordinate',
      '{ "coordinate": ^"hinge.angle", "formula": "uniform(-1',
      /"hinge.angle" is set twice; keep one/,
    ],
    [
      'a reward term twice',
      '"name": "torque", "formula"',
      '"name": "upright", "formula"',
      'task.reward[2].name',
      '{ "name": ^"upright", "formula": "-0.001',
      /"upright" stands twice.*choose another/,
    ],
    [
      'a joint called like a body',
      '"name": "hinge"',
      '"name": "rod"',
      'joints[0].name',
      '"name": ^"rod", "type": "hinge"',
      /"rod" is already taken by a body; choose another/,
    ],
  ])('%s is refused', (_, old, replacement, path, marked, message) => {
    const text = pendulumWith(old, replacement)
    const { problems } = validateScene(text)
    const found = problems.find((problem) => problem.path === path)
    expect(found).toMatchObject({ ...placeOf(text, marked), message: expect.stringMatching(message) })
    // A renamed joint leaves its references behind; nothing else may be wrong.
    if (!old.startsWith('"name": "hinge"')) expect(problems).toHaveLength(1)
  })

  it.each(['torque', 'action', 'time', 'sin', 'before', 'uniform', 'pi', 'and', 'or', 'not'])(
    'a body called "%s", a word of the formulas, is refused',
    (word) => {
      const text = pendulumChanged((scene) => {
        scene.bodies[1].name = word
        scene.joints[0].child = word
      })
      expectProblem(text, 'bodies[1].name', `"name": ^"${word}",\n      "kind"`, /already taken.*choose another/)
    },
  )

  it('two bodies of one name are refused at the second', () => {
    const text = pendulumChanged((scene) => {
      scene.bodies.push({ name: 'mount', kind: 'fixed', position: [9, 9], shapes: [] })
    })
    const path = 'bodies[2].name'
    expect(validateScene(text).problems).toEqual([
      { path, ...located(text, path), message: expect.stringMatching(/"mount" is already taken by a body/) },
    ])
  })

  it('a constant called like a joint or a function is refused at its key or its value', () => {
    for (const name of ['hinge', 'cos']) {
      const text = pendulumChanged((scene) => {
        scene.task.constants = { [name]: 1 }
      })
      const { problems } = validateScene(text)
      expect(problems).toHaveLength(1)
      expect(problems[0]).toMatchObject({
        path: `task.constants.${name}`,
        ...{ line: located(text, 'task.constants').line + 1 },
      })
    }
  })

  const link = (name: string, position: [number, number]) => ({
    name,
    kind: 'dynamic',
    position,
    mass: 1,
    inertia: 1,
    shapes: [],
  })
  const hinge = (name: string, parent: string, child: string) => ({
    name,
    type: 'hinge',
    parent,
    child,
    anchor: [0, 0],
  })

  it('a body with two parents is refused at its second joint', () => {
    const text = pendulumChanged((scene) => {
      scene.joints.push(hinge('second', 'mount', 'rod'))
    })
    const path = 'joints[1].child'
    expect(validateScene(text).problems).toEqual([
      { path, ...located(text, path), message: expect.stringMatching(/"rod" is already the child.*tree/) },
    ])
  })

  it('a body that carries itself is refused', () => {
    const text = pendulumChanged((scene) => {
      delete scene.joints[0].maxVelocity
      scene.joints[0].parent = 'rod'
    })
    expectProblem(text, 'joints[0].parent', '"parent": ^"rod"', /"rod" carries itself.*tree/)
  })

  it('joints in a ring are refused, each of them', () => {
    const text = pendulumChanged((scene) => {
      delete scene.joints[0].maxVelocity
      scene.bodies.push(link('a', [1, 0]), link('b', [2, 0]), link('c', [3, 0]))
      scene.joints.push(hinge('ab', 'a', 'b'), hinge('bc', 'b', 'c'), hinge('ca', 'c', 'a'))
    })
    const { problems } = validateScene(text)
    expect(problems.map(({ path }) => path)).toEqual(['joints[1].parent', 'joints[2].parent', 'joints[3].parent'])
    for (const { path, line, column, message } of problems) {
      expect({ line, column }).toEqual(located(text, path))
      expect(message).toMatch(/carries itself.*tree/)
    }
  })

  it('a chain without a fixed end is none: a robot may be free', () => {
    const text = pendulumChanged((scene) => {
      scene.bodies.push(link('a', [1, 0]), link('b', [2, 0]))
      scene.joints.push(hinge('ab', 'a', 'b'))
    })
    expect(validateScene(text).problems).toEqual([])
  })

  it('a velocity limit on a joint whose child carries another is refused', () => {
    const text = pendulumChanged((scene) => {
      scene.bodies.push(link('a', [1, 0]))
      scene.joints.push(hinge('second', 'rod', 'a'))
    })
    expectProblem(text, 'joints[0].maxVelocity', '"maxVelocity": ^8', /"rod" carries one/)
  })
})

describe('formulas', () => {
  it.each<[string, string, string, string, string, RegExp]>([
    [
      'of an observation names an unknown sensor',
      'cos(hinge.angle)',
      'cos(hinge.angel)',
      'task.observation[0].formula',
      'cos(^hinge.angel)',
      /"hinge.angel". Did you mean "hinge.angle"\? \(character 5 of the formula\)/,
    ],
    [
      'of a reward calls an unknown function',
      '-before(wrap(hinge.angle))^2',
      '-before(warp(hinge.angle))^2',
      'task.reward[0].formula',
      '-before(^warp(hinge.angle))',
      /"warp". Did you mean "wrap"\? \(character 9 of the formula\)/,
    ],
    [
      'of a reward draws a random number',
      '-0.001 * torque.hinge^2',
      '-0.001 * normal(0, 1)',
      'task.reward[2].formula',
      '-0.001 * ^normal(0, 1)',
      /reset formulas only.*\(character 10 of the formula\)/,
    ],
    [
      'of an observation looks back',
      '"formula": "hinge.velocity"',
      '"formula": "delta(hinge.velocity)"',
      'task.observation[2].formula',
      '^delta(hinge.velocity)',
      /no step before/,
    ],
    [
      'of a reset reads a sensor',
      'uniform(-1, 1)',
      '1 + hinge.angle',
      'task.reset[1].formula',
      '1 + ^hinge.angle"',
      /no sensor or constant called "hinge.angle"/,
    ],
    [
      'has a syntax error',
      'sin(hinge.angle)',
      'sin(hinge.angle',
      'task.observation[1].formula',
      '"sin(hinge.angle^"',
      /Expected \)/,
    ],
    [
      'has a name beyond the English alphabet',
      'sin(hinge.angle)',
      'sin(π)',
      'task.observation[1].formula',
      'sin(^π)',
      /\(character 5 of the formula\)/,
    ],
    [
      'has an escaped character before the mistake',
      'cos(hinge.angle)',
      '\\tcos(\\u0020hinge.angel)',
      'task.observation[0].formula',
      '\\tcos(\\u0020^hinge.angel)',
      /"hinge.angel".*\(character 7 of the formula\)/,
    ],
  ])('that %s is refused at its character', (_, old, replacement, path, marked, message) => {
    expectProblem(pendulumWith(old, replacement), path, marked, message)
  })

  it('may use constants and end an episode', () => {
    const text = pendulumChanged((scene) => {
      scene.task.constants = { limit: 1.5 }
      delete scene.task.neverTerminates
      scene.task.terminate.push({ name: 'fallen', formula: 'abs(wrap(hinge.angle)) > limit or delta(time) > 1' })
    })
    expect(validateScene(text).problems).toEqual([])
  })
})

describe('all problems at once', () => {
  it('of the schema', () => {
    const text = pendulumChanged((scene) => {
      scene.world.gravity = 'down'
      delete scene.bodies[1].shapes[0].radius
      scene.actuators[0].gaer = 3
      scene.task.maxSteps = -1
      scene.task.reset[1].formula = ''
    })
    const { problems } = validateScene(text)
    expect(problems.map(({ path }) => path).sort()).toEqual([
      'actuators[0].gaer',
      'bodies[1].shapes[0].radius',
      'task.maxSteps',
      'task.reset[1].formula',
      'world.gravity',
    ])
    for (const problem of problems) expect(whereItMayBe(text, problem)).toContainEqual(lineAndColumn(problem))
  })

  it('of the references', () => {
    const text = pendulumChanged((scene) => {
      scene.world.physicsStep = 0.03
      scene.joints[0].child = 'rood'
      scene.actuators[0].joint = 'hing'
      scene.task.reset[0].coordinate = 'angle'
    })
    expect(validateScene(text).problems.map(({ path }) => path)).toEqual([
      'world.physicsStep',
      'joints[0].child',
      'actuators[0].joint',
      'task.reset[0].coordinate',
    ])
  })

  it('of the formulas', () => {
    const text = pendulumChanged((scene) => {
      scene.task.observation[1].formula = 'sine(1)'
      scene.task.reward[0].formula = '1 +'
      delete scene.task.neverTerminates
      scene.task.terminate = [{ name: 'never', formula: 'nevr' }]
      scene.task.reset[1].formula = 'before(1)'
    })
    expect(validateScene(text).problems.map(({ path }) => path)).toEqual([
      'task.observation[1].formula',
      'task.reward[0].formula',
      'task.terminate[0].formula',
      'task.reset[1].formula',
    ])
  })

  it('of repeated keys', () => {
    const text = pendulumWith('"mass": 1,', '"mass": 1, "mass": 1,').replace('"gear": 2', '"gear": 2, "gear": 2')
    expect(validateScene(text).problems.map(({ path }) => path)).toEqual(['bodies[1].mass', 'actuators[0].gear'])
  })
})

describe('loadScene', () => {
  it('gives the scene of a valid file', () => {
    expect(loadScene(PENDULUM, 'pendulum.json')).toEqual(JSON.parse(PENDULUM))
  })

  it.each<[string, (scene: Json) => void, RegExp]>([
    [
      'one problem',
      (scene) => delete scene.actuators[0].gear,
      /^my scene\.json:\d+:\d+: actuators\[0\]\.gear: .*missing[^(]*\(torque = gear × action.*N·m\)\.$/,
    ],
    [
      'two problems',
      (scene) => {
        delete scene.actuators[0].gear
        delete scene.name
      },
      /^my scene\.json:\d+:\d+: .*\(and 1 more problem: torquelab validate my scene\.json\)$/,
    ],
    [
      'three problems',
      (scene) => {
        delete scene.actuators[0].gear
        delete scene.name
        delete scene.task.maxSteps
      },
      /^my scene\.json:\d+:\d+: .*\(and 2 more problems: torquelab validate my scene\.json\)$/,
    ],
  ])('throws one line about a file with %s', (_, change, message) => {
    const text = pendulumChanged(change)
    try {
      loadScene(text, 'my scene.json')
    } catch (error) {
      expect(error).toBeInstanceOf(UserError)
      expect((error as UserError).kind).toBe('input')
      expect((error as UserError).message).toMatch(message)
      expect((error as UserError).message).not.toContain('\n')
      const { line, column } = validateScene(text).problems[0]!
      expect((error as UserError).message).toContain(`my scene.json:${line}:${column}: `)
      return
    }
    expect.fail('loadScene threw nothing')
  })
})

it('names a key with a line break or a control character in one line of plain text', () => {
  const text = PENDULUM.replace('"gravity"', '"gra\\nvi\\u001bty"')
  const { problems } = validateScene(text)
  expect(problems.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/^The key "gra\\nvi\\u001bty" is not known here\.[ -~]*$/),
  )
})

describe('a scene with random mistakes', () => {
  const wrong = fc.constantFrom<Json>(
    ...[null, true, 0, -1, 2, 0.5, 1e9, '', 'rod', 'hinge', 'hinge.angle', 'fixed', 'capsule', '1 +', '__proto__'],
    ...[[], [1], [0, 0], {}, { a: 1 }, { type: 'box' }, { kind: 'dynamic' }],
  )
  const newKey = fc.constantFrom('mass', 'name', 'kind', 'type', 'angle', 'formula', 'x', '__proto__', 'constructor')
  const mutation = fc.record({
    kind: fc.constantFrom('delete', 'replace', 'rename', 'repeat'),
    // Where: an entry of the list of all places in the document, by fraction.
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    value: wrong,
    key: newKey,
  })

  function mutated(mutations: Json[]): string {
    const scene = JSON.parse(PENDULUM) as Json
    for (const { kind, at, value, key } of mutations) {
      const places: [Json, string][] = []
      const visit = (node: Json): void => {
        if (node === null || typeof node !== 'object') return
        for (const name of Object.keys(node)) {
          places.push([node, name])
          visit(node[name])
        }
      }
      visit(scene)
      const [parent, name] = places[Math.floor(at * places.length)] ?? [{}, '']
      const isList = Array.isArray(parent)
      if (kind === 'replace') parent[name] = structuredClone(value)
      else if (kind === 'repeat' && isList) parent.push(structuredClone(parent[Number(name)]))
      else if (isList) parent.splice(Number(name), 1)
      else {
        const old = parent[name]
        delete parent[name]
        if (kind === 'rename') {
          // Defined rather than assigned, which for __proto__ would change the prototype instead.
          Object.defineProperty(parent, key, { value: old, enumerable: true, configurable: true, writable: true })
        }
      }
    }
    return JSON.stringify(scene, null, 2)
  }

  it('is valid or has problems, each at a place that its path leads to', () => {
    let valid = 0
    let invalid = 0
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
        const text = mutated(mutations)
        const { scene, problems } = validateScene(text)
        expect(scene === undefined).toBe(problems.length > 0)
        if (scene) valid++
        else invalid++
        for (const problem of problems) {
          expect(problem.message).toMatch(/^\S.*\S$/)
          expect(problem.message).not.toMatch(/undefined|NaN|\[object/)
          const found = whereItMayBe(text, problem)
          expect(found, `${JSON.stringify(problem)} in ${text}`).toContainEqual(lineAndColumn(problem))
        }
      }),
      { numRuns: 1500 },
    )
    // Both kinds must occur, or the property says little.
    expect(valid).toBeGreaterThan(20)
    expect(invalid).toBeGreaterThan(500)
  })

  it('of the text is valid or has problems within the text', () => {
    const edit = fc.record({
      at: fc.nat(PENDULUM.length - 1),
      length: fc.nat(20),
      text: fc.oneof(
        fc.string({ unit: 'binary', maxLength: 4 }),
        fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '\\'),
      ),
    })
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 2 }), (edits) => {
        let text = PENDULUM
        for (const { at, length, text: inserted } of edits)
          text = text.slice(0, at) + inserted + text.slice(at + length)
        const { scene, problems } = validateScene(text)
        expect(scene === undefined).toBe(problems.length > 0)
        const lines = text.split(/\r\n|[\n\r]/)
        for (const { line, column } of problems) {
          expect(line).toBeGreaterThanOrEqual(1)
          expect(line).toBeLessThanOrEqual(lines.length)
          expect(column).toBeGreaterThanOrEqual(1)
          // A string that never ends is found out past the file's last line end.
          expect(column).toBeLessThanOrEqual(lines[line - 1]!.length + 2)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

const lineAndColumn = ({ line, column }: Problem) => ({ line, column })

/** Where `path` (as `task.reward[0].formula`) leads in `text`, as JSON.stringify(…, null, 2) writes it. */
function located(text: string, path: string): { line: number; column: number } {
  return placeAt(text, indexOfPath(text, path).value)
}

/** The places that a problem may have: its path's value or key, or its nearest ancestor's; or a character of a formula. */
function whereItMayBe(text: string, { path, message }: Problem): { line: number; column: number }[] {
  const { value, key } = indexOfPath(text, path)
  const character = / \(character (\d+) of the formula\)$/.exec(message)?.[1]
  const indices = character === undefined ? [value, key] : [value + Number(character)]
  return indices.map((index) => placeAt(text, index))
}

/** Indices in pretty-printed `text` of the value at `path` and of its key, or of the last ancestor that is there. */
function indexOfPath(text: string, path: string): { value: number; key: number } {
  const lines = text.split('\n')
  let start = 0
  const items = lines.map((line) => {
    const indent = line.length - line.trimStart().length
    const item = { at: start + indent, indent, text: line.trimStart() }
    start += line.length + 1
    return item
  })
  let current = 0
  let place = { value: 0, key: 0 }
  for (const part of path.match(/[^.[\]]+/g) ?? []) {
    const parent = items[current]!
    const children: number[] = []
    for (let next = current + 1; next < items.length && items[next]!.indent > parent.indent; next++) {
      if (items[next]!.indent === parent.indent + 2 && !/^[\]}]/.test(items[next]!.text)) children.push(next)
    }
    const isList = /[[]$/.test(parent.text)
    const child = isList ? children[Number(part)] : children.find((next) => items[next]!.text.startsWith(`"${part}": `))
    if (child === undefined) break
    current = child
    const { at } = items[child]!
    place = { key: at, value: isList ? at : at + part.length + 4 }
  }
  return place
}
