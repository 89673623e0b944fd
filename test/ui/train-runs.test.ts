/** The table of runs, their comparison and what is saved of it, without a window. */
import { describe, expect, it } from 'vitest'
import type { RunDetails, RunEntry } from '../../src/host/rpc/contract.ts'
import { RunMetrics } from '../../src/ui/train/metrics.ts'
import { columns, filterRuns, parseTags, sortRuns } from '../../src/ui/train/overview/columns.ts'
import { curvesToCsv } from '../../src/ui/train/overview/csv.ts'
import { differences, groupBySeed, meanOfCurves, shortNames } from '../../src/ui/train/overview/overlay.ts'
import { secondsAt } from '../../src/ui/train/quantities.ts'
import { parseSeeds } from '../../src/ui/train/settings-form.ts'
import { fc } from '../properties.ts'
import { runEntry } from './run-entry.ts'

const details = (name: string, change: Partial<RunDetails> = {}): RunDetails => ({
  run: name,
  algorithm: 'ddpg',
  preset: 'default',
  presetAlgorithm: 'ddpg',
  engine: 'fused',
  seed: 1,
  budget: { steps: 1000 },
  settings: { discount: 0.99, hiddenSizes: [400, 300] },
  scene: 'pendulum',
  sceneName: 'pendulum',
  sceneHash: 'aaaaaaaaaa',
  ...change,
})

describe('seeds', () => {
  it.each([
    ['1', [1]],
    ['1-5', [1, 2, 3, 4, 5]],
    [' 3, 1 , 8-9', [3, 1, 8, 9]],
    ['2, 1-3', [2, 1, 3]],
    ['4294967295', [4_294_967_295]],
  ])('%j are %j', (text, value) => expect(parseSeeds(text)).toEqual({ value }))

  it.each(['', 'one', '1-', '5-1', '-1', '1.5', '1,,2', '1-101', '4294967296', '0-4294967295'])(
    '%j is refused in words',
    (text) => expect(parseSeeds(text)).toEqual({ problem: expect.stringMatching(/\w/) }),
  )
})

describe('the table of runs', () => {
  const runs = [
    runEntry('b-10', { meanReturn: -5, reportReturn: -8, seed: 2, tags: ['paper'] }),
    runEntry('b-9', { meanReturn: 7, reportReturn: -9, notes: 'Baseline of the Group' }),
    runEntry('a', { status: 'failed', scene: 'hopper' }),
    runEntry('old', { meanReturn: 7, archived: true }),
  ]
  const names = (list: readonly RunEntry[]) => list.map(({ name }) => name)

  it('sorts numbers as numbers, names with their numbers, and what is not known last either way', () => {
    expect(names(sortRuns(runs, { column: 'name', isDescending: false }))).toEqual(['a', 'b-9', 'b-10', 'old'])
    expect(names(sortRuns(runs, { column: 'return', isDescending: false }))).toEqual(['b-10', 'b-9', 'old', 'a'])
    expect(names(sortRuns(runs, { column: 'return', isDescending: true }))).toEqual(['b-9', 'old', 'b-10', 'a'])
    // What was chosen as the better one is not always the better one on fresh episodes.
    expect(names(sortRuns(runs, { column: 'report', isDescending: true }))).toEqual(['b-10', 'b-9', 'a', 'old'])
  })

  it('sorting keeps every run, whatever the column', () => {
    const entry = fc.record({
      name: fc.string(),
      seed: fc.nat(),
      meanReturn: fc.option(fc.integer(), { nil: undefined }),
    })
    fc.assert(
      fc.property(
        fc.array(entry),
        fc.constantFrom(...columns),
        fc.boolean(),
        (entries, { id, value }, isDescending) => {
          const list = entries.map(({ name, seed, meanReturn }) =>
            runEntry(name, { seed, ...(meanReturn !== undefined && { meanReturn }) }),
          )
          const sorted = sortRuns(list, { column: id, isDescending })
          expect(new Set(sorted)).toEqual(new Set(list))
          const known = sorted.map(value)
          expect(
            known.slice(known.indexOf(undefined)).every((each) => each === undefined) || !known.includes(undefined),
          ).toBe(true)
        },
      ),
    )
  })

  it('finds runs by words of anything that is said of them; archived ones only where they are asked for', () => {
    expect(names(filterRuns(runs, '', false))).toEqual(['b-10', 'b-9', 'a'])
    expect(names(filterRuns(runs, '', true))).toHaveLength(4)
    expect(names(filterRuns(runs, 'BASELINE group', false))).toEqual(['b-9'])
    expect(names(filterRuns(runs, 'paper', false))).toEqual(['b-10'])
    expect(names(filterRuns(runs, 'seed 2', false))).toEqual(['b-10'])
    expect(names(filterRuns(runs, 'hopper failed', false))).toEqual(['a'])
    expect(names(filterRuns(runs, 'hopper finished', false))).toEqual([])
  })

  it('reads tags with commas between them', () => {
    expect(parseTags(' a, b,, a ,')).toEqual(['a', 'b'])
    expect(parseTags('')).toEqual([])
  })
})

describe('runs laid over each other', () => {
  it('have mean and sample deviation at their common places', () => {
    const x = [0, 500, 1000]
    const mean = meanOfCurves([
      { x, y: [0, 1, 2] },
      { x, y: [2, 3, 6] },
    ])
    expect([...mean.x]).toEqual(x)
    expect([...mean.y]).toEqual([1, 2, 4])
    for (const [at, variance] of [2, 2, 8].entries()) {
      expect(mean.high[at]! - mean.y[at]!).toBeCloseTo(Math.sqrt(variance), 12)
      expect(mean.y[at]! - mean.low[at]!).toBeCloseTo(Math.sqrt(variance), 12)
    }
  })

  it('are read between their points where these differ, and only as far as all of them go', () => {
    const mean = meanOfCurves([
      { x: [0, 100], y: [0, 100] },
      { x: [10, 30, 200], y: [10, 30, 200] },
    ])
    expect([mean.x[0], mean.x.at(-1)]).toEqual([10, 100])
    for (let place = 0; place < mean.x.length; place++) {
      expect(mean.y[place]).toBeCloseTo(mean.x[place]!, 9)
      expect(mean.high[place]! - mean.low[place]!).toBeCloseTo(0, 9)
    }
  })

  it('have no mean where they have nothing in common', () => {
    expect(meanOfCurves([]).x).toHaveLength(0)
    const apart = [
      { x: [0, 1], y: [0, 0] },
      { x: [2, 3], y: [0, 0] },
    ]
    expect(meanOfCurves(apart).x).toHaveLength(0)
  })

  it('are one group where they differ by their seed and name alone', () => {
    const list = [
      details('a', { seed: 1 }),
      details('b', { seed: 2 }),
      details('c', { seed: 1, settings: { hiddenSizes: [400, 300], discount: 0.9 } }),
      details('d', { seed: 3, settings: { hiddenSizes: [400, 300], discount: 0.99 } }),
      details('e', { seed: 3, sceneHash: 'bbbbbbbbbb' }),
    ]
    expect(groupBySeed(list).map(({ runs }) => runs)).toEqual([['a', 'b', 'd'], ['c'], ['e']])
    expect(groupBySeed(list.slice(0, 2))[0]!.label).toBe('pendulum DDPG default, 2 seeds')
    const labels = groupBySeed(list).map(({ label }) => label)
    expect(new Set(labels).size).toBe(labels.length)
  })

  it('differ in what is told, and in nothing else', () => {
    const list = [
      details('a'),
      details('b', { seed: 2, sceneHash: 'bbbbbbbbbb', settings: { discount: 0.99, hiddenSizes: [64] } }),
    ]
    expect(differences(list)).toEqual([
      { name: 'scene', values: ['pendulum (aaaaaaaa)', 'pendulum (bbbbbbbb)'] },
      { name: 'seed', values: ['1', '2'] },
      { name: 'hiddenSizes', values: ['400, 300', '64'] },
    ])
    expect(differences([details('a'), details('b')])).toEqual([])
  })
})

describe('names where there is little room', () => {
  it.each([
    [
      ['a-ddpg-seed1-1', 'a-ddpg-seed2-1'],
      ['…seed1-1', '…seed2-1'],
    ],
    [
      ['one', 'two'],
      ['one', 'two'],
    ],
    [
      ['a-1', 'a-1-2'],
      ['…1', '…1-2'],
    ],
    [
      ['same', 'same'],
      ['same', 'same'],
    ],
  ])('%j are %j', (names, short) => expect(shortNames(names)).toEqual(short))
})

describe('the time axis', () => {
  it('puts steps where the clock was, on straight lines between two looks', () => {
    const metrics = new RunMetrics()
    for (const [step, seconds] of [
      [100, 10],
      [300, 20],
    ] as const) {
      metrics.addProgress({ step, episode: 1, seconds, stepsPerSecond: 10 })
    }
    expect([...secondsAt(metrics.clock, [0, 50, 100, 200, 300, 400])]).toEqual([0, 5, 10, 15, 20, 25])
    expect([...secondsAt(new RunMetrics().clock, [5])]).toEqual([Number.NaN])
  })
})

describe('saved curves', () => {
  it('are read back the same', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number), { maxLength: 20 }), (points) => {
        const curve = { run: 'one', quantity: 'Mean Q', x: points.map(([x]) => x), y: points.map(([, y]) => y) }
        const [head, ...rows] = curvesToCsv([curve], 'environment steps').trimEnd().split('\r\n')
        expect(head).toBe('run,quantity,environment steps,value')
        expect(rows.map((row) => row.split(',').slice(2).map(Number))).toEqual(points)
      }),
    )
  })

  it('have bands where there are any, and quotes where a name needs them', () => {
    const curves = [
      { run: 'a, "b"', quantity: 'q', x: [1], y: [2], low: [1.5], high: [2.5] },
      { run: 'c', quantity: 'q', x: [1], y: [3] },
    ]
    expect(curvesToCsv(curves, 'x')).toBe('run,quantity,x,value,low,high\r\n"a, ""b""",q,1,2,1.5,2.5\r\nc,q,1,3,,\r\n')
  })
})
