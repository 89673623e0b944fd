/** The picture of a study of several seeds: each one's evaluations by step, their mean, and what to compare with. */
import * as Plot from '@observablehq/plot'
import * as z from 'zod'
import { UserError } from '../../src/common/user-error.ts'
import { figure } from '../../src/host/figure.ts'

/** What a picture needs of a seed's file in docs/studies, which `npm run test:learning` writes. */
const recordSchema = z.object({
  study: z.string(),
  task: z.string(),
  algorithm: z.string(),
  seed: z.int(),
  /** On the selection episodes. */
  evaluations: z.array(z.object({ step: z.int(), meanReturn: z.number() })).min(1),
  /** On the report episodes. */
  best: z.object({ step: z.int(), meanReturn: z.number() }),
})
export type SeedRecord = z.infer<typeof recordSchema>

/** Throws a UserError that names the file and the place where the text is no seed's record. */
export function parseRecord(text: string, file: string): SeedRecord {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new UserError(`${file}: this is not valid JSON. Delete it, and npm run test:learning trains its seed again.`)
  }
  const parsed = recordSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new UserError(
    `${file}: ${issue.path.join('.')}: ${issue.message}. Delete it, and npm run test:learning trains its seed again.`,
  )
}

const MEAN = '#0969da'
const SEED = '#8c959f'
const REFERENCE = '#bc4c00'

/** Published figures: Fujimoto et al. 2018, table 1 and figure 5 (MuJoCo, Hopper-v1). */
const references: Record<string, { value: number; label: string }[]> = {
  'hopper td3': [
    { value: 3564, label: "TD3's paper at 1M steps: 3,564" },
    { value: 2509, label: 'TD3, published, at 300k steps: 2,509' },
  ],
  'hopper ddpg': [{ value: 2020, label: "DDPG in TD3's paper at 1M steps: 2,020" }],
  'double-inverted-pendulum td3': [{ value: 9100, label: 'solved: 9,100' }],
}

export interface Point {
  step: number
  meanReturn: number
}

/** The mean over the seeds at each step at which all of them were evaluated, in order. */
export function meanCurve(records: readonly Pick<SeedRecord, 'evaluations'>[]): Point[] {
  const returns = new Map<number, number[]>()
  for (const { step, meanReturn } of records.flatMap(({ evaluations }) => evaluations)) {
    returns.set(step, [...(returns.get(step) ?? []), meanReturn])
  }
  return [...returns]
    .filter(([, values]) => values.length === records.length)
    .map(([step, values]) => ({ step, meanReturn: values.reduce((sum, value) => sum + value, 0) / values.length }))
    .sort((a, b) => a.step - b.step)
}

/** The text of an SVG file. `records`: one or more seeds of one study. */
export function drawCurves(records: readonly SeedRecord[]): string {
  const { task, algorithm } = records[0]!
  const points = records.flatMap(({ seed, evaluations }) => evaluations.map((point) => ({ seed, ...point })))
  const first = points[0]!.step
  const lines = references[`${task} ${algorithm}`] ?? []
  return figure(
    [
      {
        title: `${task}, ${algorithm.toUpperCase()}`,
        subtitle: `grey: ${records.length} seeds, evaluated without noise; blue: their mean; dots: the best policies on the report episodes`,
        plot: {
          x: { label: 'environment steps', tickFormat: (step: number) => (step === 0 ? '0' : `${step / 1000}k`) },
          y: { label: 'return', grid: true, nice: true },
          marks: [
            Plot.ruleY(lines, { y: 'value', stroke: REFERENCE, strokeDasharray: '4,3' }),
            Plot.lineY(points, { x: 'step', y: 'meanReturn', z: 'seed', stroke: SEED, strokeWidth: 1.2 }),
            Plot.lineY(meanCurve(records), { x: 'step', y: 'meanReturn', stroke: MEAN, strokeWidth: 2.5 }),
            Plot.dot(
              records.map(({ best }) => best),
              { x: 'step', y: 'meanReturn', fill: MEAN, stroke: '#ffffff', r: 4.5 },
            ),
            Plot.text(lines, {
              x: first,
              y: 'value',
              text: 'label',
              textAnchor: 'start',
              dx: 6,
              dy: -8,
              fill: REFERENCE,
            }),
          ],
        },
      },
    ],
    { title: 'Return by environment steps', columns: 1, panelHeight: 300 },
  )
}
