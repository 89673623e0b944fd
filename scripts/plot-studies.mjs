// Draws docs/pictures/ from what is kept in docs/measurements/: `npm run plot:studies`. docs/results.md says how those files are made.
// With `-- --rollout FILE` it draws a hop of a recorded hopper as well. npm runs it on the pinned Node, which reads TypeScript.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import * as Plot from '@observablehq/plot'
import { figure } from '../src/host/figure.ts'
import { readRollout } from '../src/rollout/read-rollout.ts'
import { STATE_STRIDE } from '../src/sim/state.ts'
import { projectRoot } from './lib/project.mjs'

const INK = '#59636e'
const COLOURS = ['#0969da', '#bc4c00', '#1a7f37', '#8250df', '#9a6700']

const { values: options } = parseArgs({ options: { rollout: { type: 'string' } } })
const measurements = path.join(projectRoot, 'docs/measurements')
const pictures = path.join(projectRoot, 'docs/pictures')
mkdirSync(pictures, { recursive: true })

const transfer = read('transfer.json')
draw('transfer.svg', drawTransfer(transfer))
const robustness = readdirSync(measurements)
  .filter((file) => /^robustness-.*\.json$/.test(file))
  .sort()
  .map(read)
if (robustness.length > 0) draw('robustness.svg', drawRobustness(robustness))

if (options.rollout !== undefined) draw('hop.svg', drawHop(await readRollout(options.rollout)))

/** @param {string} file */
function read(file) {
  return JSON.parse(readFileSync(path.join(measurements, file), 'utf8'))
}

/**
 * @param {string} name
 * @param {string} text
 */
function draw(name, text) {
  writeFileSync(path.join(pictures, name), text)
  process.stdout.write(`docs/pictures/${name}\n`)
}

/** Mean returns in MuJoCo by those here, and the distributions of single episodes. */
function drawTransfer({ rows, episodes, medianRatio, gate }) {
  const points = rows.map(({ policy, torquelab, mujoco }) => ({
    name: policy.replace(/^hopper-/, ''),
    kind: policy.endsWith('best') ? 'best policy' : 'last policy',
    here: torquelab.meanReturn,
    there: mujoco.meanReturn,
    low: mujoco.meanReturn - mujoco.stdReturn,
    high: mujoco.meanReturn + mujoco.stdReturn,
  }))
  const most = Math.max(...points.flatMap(({ here, high }) => [here, high])) * 1.05
  const lines = [
    { slope: 1, label: 'equal' },
    { slope: gate, label: `ratio ${gate}` },
  ]
  const speeds = rows.flatMap(({ policy, torquelab, mujoco }) =>
    [
      ['TorqueLab', torquelab],
      ['MuJoCo', mujoco],
    ].map(([engine, played]) => ({ name: policy.replace(/^hopper-/, ''), engine, length: played.meanLength })),
  )
  return figure(
    [
      {
        title: `Return in MuJoCo by return in TorqueLab`,
        subtitle: `${rows.length} policies, ${episodes} episodes each, bars ± deviation; median ratio ${medianRatio.toFixed(2)}`,
        plot: {
          x: { label: 'return in TorqueLab', domain: [0, most], grid: true, ticks: 5 },
          y: { label: 'return in MuJoCo', domain: [0, most], grid: true, ticks: 5 },
          color: { legend: false, domain: ['best policy', 'last policy'], range: COLOURS },
          marks: [
            Plot.link(lines, {
              x1: 0,
              y1: 0,
              x2: most,
              y2: ({ slope }) => slope * most,
              stroke: INK,
              strokeDasharray: '4,3',
            }),
            // At the end of each line, above it and beside the points, where nothing else is.
            Plot.text(lines, {
              x: most * 0.99,
              y: ({ slope }) => slope * most * 0.99,
              text: 'label',
              textAnchor: 'end',
              dx: -14,
              fill: INK,
            }),
            Plot.ruleX(points, { x: 'here', y1: 'low', y2: 'high', stroke: 'kind', strokeOpacity: 0.5 }),
            Plot.dot(points, { x: 'here', y: 'there', fill: 'kind', r: 4.5 }),
            Plot.text([{ kind: 'best policy' }, { kind: 'last policy' }], {
              x: most * 0.04,
              y: (_, index) => most * (0.96 - 0.07 * index),
              text: ({ kind }) => `● ${kind}`,
              fill: 'kind',
              textAnchor: 'start',
            }),
          ],
        },
      },
      {
        title: 'How long they hop',
        subtitle: 'mean length of an episode, at most 1,000 control steps',
        plot: {
          marginLeft: 112,
          x: { label: 'control steps', domain: [0, 1000], grid: true, ticks: 5 },
          y: { label: null },
          color: { domain: ['TorqueLab', 'MuJoCo'], range: [COLOURS[0], COLOURS[1]] },
          marks: [
            Plot.link(rows, {
              x1: ({ torquelab }) => torquelab.meanLength,
              x2: ({ mujoco }) => mujoco.meanLength,
              y1: ({ policy }) => policy.replace(/^hopper-/, ''),
              y2: ({ policy }) => policy.replace(/^hopper-/, ''),
              stroke: INK,
              strokeOpacity: 0.5,
            }),
            Plot.dot(speeds, { x: 'length', y: 'name', fill: 'engine', r: 4.5 }),
            Plot.text(['TorqueLab', 'MuJoCo'], {
              frameAnchor: 'top-left',
              dx: 4,
              dy: -16,
              text: (text) => (text === 'TorqueLab' ? '● TorqueLab' : `${' '.repeat(28)}● ${text}`),
              fill: (text) => text,
            }),
          ],
        },
      },
    ],
    { title: 'The same policies in two physics engines', columns: 2, panelHeight: 330 },
  )
}

/** Each policy's return by the level of each perturbation. */
function drawRobustness(answers) {
  const name = ({ run }) => path.basename(run, '.safetensors').replace(/^hopper-/, '')
  const names = answers.map(name)
  const rows = answers.flatMap((answer) =>
    answer.perturbations.flatMap((perturbation) =>
      perturbation.levels.map((level) => ({ policy: name(answer), perturbation: perturbation.name, ...level })),
    ),
  )
  const high = Math.max(...rows.map(({ meanReturn, stdReturn }) => meanReturn + stdReturn))
  const panels = answers[0].perturbations.map(({ name: perturbation, meaning, nominal, levels }, index) => {
    const here = rows.filter((row) => row.perturbation === perturbation)
    return {
      title: perturbation[0].toUpperCase() + perturbation.slice(1),
      subtitle: meaning,
      plot: {
        x: { label: null, ticks: levels.map(({ level }) => level), tickFormat: String },
        y: { label: 'return', domain: [0, high], nice: true, grid: true, ticks: 5 },
        color: { domain: names, range: COLOURS },
        marks: [
          Plot.ruleX([nominal], { stroke: INK, strokeDasharray: '3,3' }),
          Plot.areaY(here, {
            x: 'level',
            y1: ({ meanReturn, stdReturn }) => Math.max(0, meanReturn - stdReturn),
            y2: ({ meanReturn, stdReturn }) => meanReturn + stdReturn,
            z: 'policy',
            fill: 'policy',
            fillOpacity: 0.12,
          }),
          Plot.lineY(here, { x: 'level', y: 'meanReturn', z: 'policy', stroke: 'policy', strokeWidth: 2 }),
          Plot.dot(here, { x: 'level', y: 'meanReturn', fill: 'policy', r: 3 }),
          // A legend in the last panel, where the curves are low.
          ...(index === answers[0].perturbations.length - 1
            ? [
                Plot.text(names, {
                  x: levels.at(-1).level,
                  y: (_, at) => high * (0.98 - 0.09 * at),
                  text: (text) => `● ${text}`,
                  fill: (text) => text,
                  textAnchor: 'end',
                }),
              ]
            : []),
        ],
      },
    }
  })
  const { episodes, scene } = answers[0]
  return figure(panels, { title: `Robustness, ${scene}: mean ± deviation of ${episodes} episodes a level`, columns: 2 })
}

/** Poses of one second from the middle of an episode, one after another; the root's body first, the ground as a line. */
function drawHop({ scene, steps }) {
  const [from, count, every] = [300, 125, 8]
  const frames = steps.slice(from, from + count).filter((_, index) => index % every === 0)
  const segments = frames.flatMap(({ state }, frame) =>
    scene.bodies.flatMap(({ name, kind, shapes }, index) => {
      if (kind !== 'dynamic') return []
      const [x, y, angle] = state.subarray(index * STATE_STRIDE)
      const place = ([px, py]) => [
        x + Math.cos(angle) * px - Math.sin(angle) * py,
        y + Math.sin(angle) * px + Math.cos(angle) * py,
      ]
      return shapes.flatMap(({ type, from, to, radius }) =>
        type === 'capsule' ? [{ name, frame, radius, ends: [place(from), place(to)] }] : [],
      )
    }),
  )
  const xs = segments.flatMap(({ ends }) => ends.map(([x]) => x))
  const [low, high] = [Math.min(...xs) - 0.1, Math.max(...xs) + 0.1]
  const [width, height] = [860, 590]
  // The same scale along both axes.
  const scale = (width - 32 - 48 - 16) / (high - low)
  const top = (height - 20 - 42) / scale - 0.05
  const names = [...new Set(segments.map(({ name }) => name))]
  const seconds = (count * scene.world.controlStep).toFixed(1)
  return figure(
    [
      {
        title: `${seconds} s of an episode, a pose every ${(1000 * every * scene.world.controlStep).toFixed(0)} ms, from left to right`,
        plot: {
          x: { label: 'x (m)', domain: [low, high] },
          y: { label: 'height (m)', domain: [-0.05, top], ticks: 5 },
          color: { domain: names, range: COLOURS },
          marks: [
            Plot.ruleY([0], { stroke: INK }),
            ...segments.map((segment) =>
              Plot.link([segment], {
                x1: ({ ends }) => ends[0][0],
                y1: ({ ends }) => ends[0][1],
                x2: ({ ends }) => ends[1][0],
                y2: ({ ends }) => ends[1][1],
                stroke: 'name',
                strokeOpacity: 0.35,
                strokeWidth: 2 * segment.radius * scale,
                strokeLinecap: 'round',
              }),
            ),
          ],
        },
      },
    ],
    { title: `The ${scene.name} hops`, columns: 1, width, panelHeight: height },
  )
}
