/** The plots of a rollout against time, in step with the playhead: observation by unit, action, reward terms, return. */
import { Plot } from '../plots/plot.tsx'
import type { PlotSeries } from '../plots/series.ts'
import { formatSeconds } from './format.ts'
import { groupByUnit } from './observation-groups.ts'
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
      {groupByUnit(task.observation).map(({ unit, entries, range }, group) => (
        <Plot
          key={unit}
          {...common}
          id={group === 0 ? 'observation' : `observation-${group + 1}`}
          title="Observation"
          y={unit === '' ? 'value' : `value (${unit})`}
          yRange={range}
          series={() => entries.map(({ name, index }, number) => line(name, number, curves.observation[index]!))}
        />
      ))}
      <Plot
        {...common}
        id="action"
        title="Action"
        y="action (1)"
        // Actions lie in [-1, 1]: a small one should look small.
        yRange={[-1, 1]}
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
