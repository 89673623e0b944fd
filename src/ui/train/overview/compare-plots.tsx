/** The ticked runs in one picture, each by itself or as mean and band over seeds; saved as CSV, SVG or PNG. */
import { computed, signal } from '@preact/signals'
import { notifyError } from '../../app/state.ts'
import { Select } from '../../controls/field.tsx'
import { Plot } from '../../plots/plot.tsx'
import type { PlotSeries } from '../../plots/series.ts'
import { saveFile } from '../../save-file.ts'
import { SaveButtons, Smoothing, XAxisChoice } from '../curve-controls.tsx'
import { formatX, quantities, valuesOf, xLabels, xOf } from '../quantities.ts'
import { smoothing, xAxis } from '../state.ts'
import { curvesToCsv } from './csv.ts'
import { pngOf, svgOf } from './figure.ts'
import { groupBySeed, meanOfCurves } from './overlay.ts'
import { compared, comparedRevision, details, ticked } from './state.ts'

const quantityId = signal('evaluation')
const quantity = computed(() => quantities.find(({ id }) => id === quantityId.value)!)
const isLogarithmic = signal(false)
const overSeeds = signal<'runs' | 'seeds'>('runs')

/** Changes with all that the picture depends on. */
const revision = computed(() => [
  comparedRevision.value,
  compared.value,
  details.value,
  smoothing.value,
  overSeeds.value,
  quantity.value,
])

function curveOf(run: string) {
  const curves = compared.peek().get(run)
  if (!curves) return undefined
  const { step } = quantity.peek().pick(curves)
  const x = xOf(curves, step, xAxis.peek())
  const y = valuesOf(curves, quantity.peek(), smoothing.peek())
  // Columns grow together, but not in one breath.
  const length = Math.min(x.length, y.length)
  return { x: x.subarray(0, length), y: y.subarray(0, length) }
}

function series(): PlotSeries[] {
  if (overSeeds.peek() === 'seeds') {
    return groupBySeed(details.peek()).flatMap(({ label, runs }, colour) => {
      const curves = runs.flatMap((run) => curveOf(run) ?? [])
      const { x, y, low, high } = meanOfCurves(curves)
      const isMean = runs.length > 1
      // A saved picture has to say what its band is.
      const name = isMean ? `${label}: mean ± SD` : label
      return [{ name, colour, style: 'line' as const, x, y, ...(isMean && { band: { low, high } }) }]
    })
  }
  return ticked.peek().flatMap((name, colour) => {
    const curve = curveOf(name)
    return curve
      ? [{ name, colour, style: quantity.peek().isNoisy ? ('line' as const) : ('marked' as const), ...curve }]
      : []
  })
}

export function ComparePlots() {
  const { id, title, unit, isPositive, isNoisy } = quantity.value
  const stem = `compare-${id}`
  const figure = () =>
    svgOf([
      {
        title,
        x: xLabels[xAxis.value],
        y: unit,
        series: series(),
        isLogarithmic: isPositive && isLogarithmic.value,
      },
    ])
  const save = async (kind: 'CSV' | 'SVG' | 'PNG') => {
    try {
      if (kind === 'CSV') {
        const curves = series().map(({ name, x, y, band }) => ({ run: name, quantity: title, x, y, ...band }))
        await saveFile(`${stem}.csv`, curvesToCsv(curves, xLabels[xAxis.value]))
      } else if (kind === 'SVG') await saveFile(`${stem}.svg`, await figure())
      else await saveFile(`${stem}.png`, await pngOf(await figure()))
    } catch (error) {
      notifyError(error)
    }
  }
  return (
    <div class="runs-plot">
      <div class="curve-controls" role="toolbar" aria-label="Comparison">
        <Select
          label="Quantity"
          hideLabel
          value={id}
          options={quantities.map((each) => ({ value: each.id, label: each.title }))}
          onChange={(value) => {
            quantityId.value = value
          }}
        />
        <Select
          label="Curves"
          hideLabel
          value={overSeeds.value}
          options={[
            { value: 'runs', label: 'Each run' },
            { value: 'seeds', label: 'Mean over seeds' },
          ]}
          onChange={(value) => {
            overSeeds.value = value
          }}
        />
        {isNoisy && <Smoothing />}
        <XAxisChoice />
        <div class="spacer" />
        <SaveButtons onSave={(kind) => void save(kind)} />
      </div>
      <Plot
        key={`${id}-${xAxis.value}`}
        id="compare"
        title={title}
        x={xLabels[xAxis.value]}
        y={unit}
        formatX={formatX(xAxis.value)}
        isLogarithmic={isPositive ? isLogarithmic : undefined}
        series={series}
        revision={revision}
        empty="These runs have none of it yet"
      />
    </div>
  )
}
