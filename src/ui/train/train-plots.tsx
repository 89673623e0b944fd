/** The curves of the run on show, against environment steps or training time. */
import { computed, type Signal, signal } from '@preact/signals'
import { notifyError } from '../app/state.ts'
import { Plot } from '../plots/plot.tsx'
import { runningMean } from '../plots/running-mean.ts'
import type { PlotSeries } from '../plots/series.ts'
import { saveFile } from '../save-file.ts'
import { SaveButtons, Smoothing, XAxisChoice } from './curve-controls.tsx'
import { curvesToCsv } from './overview/csv.ts'
import { pngOf, svgOf } from './overview/figure.ts'
import { formatX, quantities, valuesOf, xLabels, xOf } from './quantities.ts'
import { metrics, revision, shownName, smoothing, xAxis } from './state.ts'

const quantityOf = (wanted: string) => quantities.find(({ id }) => id === wanted)!

/** Changes with all that the curves depend on. */
const drawn = computed(() => [revision.value, smoothing.value])

interface PlotPlan {
  id: string
  title: string
  y: string
  series: () => PlotSeries[]
  empty: string
  yRange?: readonly [number, number]
  isLogarithmic?: Signal<boolean> | undefined
}

const learning = 'Shown from the first update on'
const episodes = 'Shown from the first episode on'
const plans: readonly PlotPlan[] = [
  { id: 'episode-return', title: 'Return', y: 'sum of rewards', series: returns, empty: episodes },
  { ...planOf('policy-loss'), series: () => smoothed('policy-loss', 'policy loss', 0), empty: learning },
  { ...planOf('critic-loss'), series: () => smoothed('critic-loss', 'critic loss', 1), empty: learning },
  {
    id: 'mean-q',
    title: 'Mean Q and true return',
    y: 'value (reward)',
    series: () => [
      ...smoothed('mean-q', 'mean Q', 2).slice(-1),
      ...one('discounted-return', 'discounted return', 1, 'marked'),
    ],
    empty: learning,
  },
  { ...planOf('episode-length'), series: () => smoothed('episode-length', 'length', 3), empty: episodes },
  {
    id: 'epsilon',
    title: 'Exploration ε and saturation',
    y: 'share (1)',
    yRange: [0, 1],
    series: () => [...one('epsilon', 'ε', 4), ...smoothed('saturation', 'saturation', 1)],
    empty: episodes,
  },
  {
    ...planOf('steps-per-second'),
    series: () => one('steps-per-second', 'speed', 5),
    empty: 'Shown from the first evaluation on',
  },
]

export function TrainPlots() {
  const axis = xAxis.value
  const end = () => {
    const { step, progress } = metrics.peek()
    return axis === 'steps' ? step : (progress?.seconds ?? 0)
  }
  return (
    <>
      <div class="curve-controls train-curve-controls" role="toolbar" aria-label="Curves">
        <Smoothing />
        <XAxisChoice />
        <div class="spacer" />
        <SaveButtons onSave={(kind) => void save(kind)} />
      </div>
      <div class="train-plots">
        <div class="train-plots-grid">
          {plans.map((plan) => (
            <Plot
              key={`${plan.id}-${axis}`}
              {...plan}
              x={xLabels[axis]}
              formatX={formatX(axis)}
              revision={drawn}
              end={end}
            />
          ))}
        </div>
      </div>
    </>
  )
}

function planOf(id: string): Pick<PlotPlan, 'id' | 'title' | 'y' | 'isLogarithmic'> {
  const { title, unit, isPositive } = quantityOf(id)
  return { id, title, y: unit, isLogarithmic: isPositive ? signal(false) : undefined }
}

async function save(kind: 'CSV' | 'SVG' | 'PNG'): Promise<void> {
  const run = shownName.peek() ?? 'run'
  const x = xLabels[xAxis.peek()]
  try {
    if (kind === 'CSV') {
      const curves = quantities.map((quantity) => {
        const { step, value } = quantity.pick(metrics.peek())
        return { run, quantity: quantity.title, x: xOf(metrics.peek(), step, xAxis.peek()), y: value.values }
      })
      await saveFile(`${run}.csv`, curvesToCsv(curves, x))
      return
    }
    // What has no curve yet would be an empty frame.
    const panels = plans
      .map(({ title, y, series, isLogarithmic }) => ({
        title,
        x,
        y,
        series: series().filter((each) => each.x.length > 0),
        isLogarithmic: isLogarithmic?.peek() ?? false,
      }))
      .filter(({ series }) => series.length > 0)
    const svg = await svgOf(panels, 2)
    if (kind === 'SVG') await saveFile(`${run}.svg`, svg)
    else await saveFile(`${run}.png`, await pngOf(svg))
  } catch (error) {
    notifyError(error)
  }
}

/** A quantity as it is. */
function one(id: string, name: string, colour: number, style: PlotSeries['style'] = 'line'): PlotSeries[] {
  const { step, value } = quantityOf(id).pick(metrics.peek())
  return [{ name, colour, style, x: xOf(metrics.peek(), step, xAxis.peek()), y: value.values }]
}

/** A noisy quantity: its running mean, before the raw values. */
function smoothed(id: string, name: string, colour: number): PlotSeries[] {
  const [raw] = one(id, name, colour)
  if (smoothing.peek() === 1) return [raw!]
  const y = valuesOf(metrics.peek(), quantityOf(id), smoothing.peek())
  return [
    { ...raw!, name: 'raw', style: 'faint' },
    { ...raw!, y },
  ]
}

/** Each episode, their running mean, and the evaluations with a band of one deviation. */
function returns(): PlotSeries[] {
  const { return: episode, evaluation, evaluationLow, evaluationHigh } = metrics.peek()
  const x = xOf(metrics.peek(), episode.step, xAxis.peek())
  const y = episode.value.values
  const window = smoothing.peek()
  return [
    { name: 'episode', colour: 0, style: 'faint', x, y },
    ...(window > 1
      ? [{ name: `mean of ${window}`, colour: 0, style: 'line' as const, x, y: runningMean(y, window) }]
      : []),
    {
      name: 'evaluation',
      colour: 1,
      style: 'marked',
      x: xOf(metrics.peek(), evaluation.step, xAxis.peek()),
      y: evaluation.value.values,
      band: { low: evaluationLow.values, high: evaluationHigh.values },
    },
  ]
}
