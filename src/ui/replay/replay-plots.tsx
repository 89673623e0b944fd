/** The plots of a rollout against time, in step with the playhead: observation by unit, action, reward terms, return. */
import { Plot } from '../plots/plot.tsx'
import type { PlotSeries } from '../plots/series.ts'
import { formatSeconds } from './format.ts'
import type { Curve } from './rollout-blocks.ts'
import { curveRevision, type OpenRollout, send, time } from './state.ts'

const line = (name: string, colour: number, { x, y }: Curve, style: PlotSeries['style'] = 'line'): PlotSeries => ({
  name,
  colour,
  style,
  x: x.values,
  y: y.values,
})

export function ReplayPlots({ rollout }: { rollout: OpenRollout }) {
  const { scene, blocks } = rollout
  const { task, actuators, world } = scene
  const { curves } = blocks
  const common = {
    x: 'time (s)',
    revision: curveRevision,
    playhead: time,
    empty: 'Reading the rollout',
    onSeek: (seconds: number) => send({ type: 'seek', step: Math.round(seconds / world.controlStep) }),
    formatX: (seconds: number) => formatSeconds(seconds, world.controlStep),
  }
  return (
    <div class="replay-plots">
      {groupByUnit(task.observation).map(({ unit, entries }, group) => (
        <Plot
          key={unit}
          {...common}
          id={group === 0 ? 'observation' : `observation-${group + 1}`}
          title="Observation"
          y={unit === '' ? 'value' : `value (${unit})`}
          series={() => entries.map(({ name, index }, number) => line(name, number, curves.observation[index]!))}
        />
      ))}
      <Plot
        {...common}
        id="action"
        title="Action"
        y="action (1)"
        series={() => actuators.map(({ name }, number) => line(name, number, curves.action[number]!, 'steps'))}
      />
      <Plot
        {...common}
        id="reward-terms"
        title="Reward terms"
        y="reward per step"
        series={() => task.reward.map(({ name }, number) => line(name, number, curves.terms[number]!))}
      />
      <Plot
        {...common}
        id="return"
        title="Return so far"
        y="sum of rewards"
        series={() => [line('return', 0, curves.returnSoFar)]}
      />
    </div>
  )
}

/** Entries that share a unit share a plot: one axis has one unit. */
export function groupByUnit(
  observation: readonly { name: string; unit?: string | undefined }[],
): { unit: string; entries: { name: string; index: number }[] }[] {
  const groups = new Map<string, { name: string; index: number }[]>()
  observation.forEach(({ name, unit = '' }, index) => {
    groups.set(unit, [...(groups.get(unit) ?? []), { name, index }])
  })
  return [...groups].map(([unit, entries]) => ({ unit, entries }))
}
