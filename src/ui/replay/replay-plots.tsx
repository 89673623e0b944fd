/** The plots of a rollout against time, in step with the playhead: observation by unit, action, reward terms, return. */
import type { Scene } from '../../scene/schema.ts'
import { Plot } from '../plots/plot.tsx'
import type { PlotSeries } from '../plots/series.ts'
import { formatSeconds } from './format.ts'
import { groupByUnit } from './observation-groups.ts'
import { shownGhost } from './overlay/state.ts'
import type { Curve, RolloutCurves } from './rollout-blocks.ts'
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
  /** One curve, and the ghost's beside it: same colour, faint, and next in the legend. Entries go by name, as its scene may have others. */
  const pair = (
    name: string,
    colour: number,
    pick: (curves: RolloutCurves, scene: Scene) => Curve | undefined,
    style?: PlotSeries['style'],
  ): PlotSeries[] => {
    const second = shownGhost.peek()
    const ghost = second && pick(second.blocks.curves, second.scene)
    const own = line(name, colour, pick(curves, scene)!, style)
    return ghost ? [own, line('ghost', colour, ghost, 'faint')] : [own]
  }
  const named = (list: readonly { name: string }[], name: string) => list.findIndex((each) => each.name === name)
  const common = {
    x: 'time (s)',
    revision: curveRevision,
    playhead: time,
    empty: 'Reading the rollout',
    onSeek: (seconds: number) => send({ type: 'seek', step: Math.round(seconds / world.controlStep) }),
    formatX: (seconds: number) => formatSeconds(seconds, world.controlStep),
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by the arrow keys too
    <section class={shownGhost.value ? 'replay-plots with-ghost' : 'replay-plots'} aria-label="Plots" tabIndex={0}>
      {groupByUnit(task.observation).map(({ unit, entries, range }, group) => (
        <Plot
          key={unit}
          {...common}
          id={group === 0 ? 'observation' : `observation-${group + 1}`}
          title="Observation"
          y={unit === '' ? 'value' : `value (${unit})`}
          yRange={range}
          series={() =>
            entries.flatMap(({ name }, number) =>
              pair(name, number, (of, { task }) => of.observation[named(task.observation, name)]),
            )
          }
        />
      ))}
      <Plot
        {...common}
        id="action"
        title="Action"
        y="action (1)"
        // Actions lie in [-1, 1]: a small one should look small.
        yRange={[-1, 1]}
        series={() =>
          actuators.flatMap(({ name }, number) =>
            pair(name, number, (of, { actuators }) => of.action[named(actuators, name)], 'steps'),
          )
        }
      />
      <Plot
        {...common}
        id="reward-terms"
        title="Reward terms"
        y="reward per step"
        series={() =>
          task.reward.flatMap(({ name }, number) =>
            pair(name, number, (of, { task }) => of.terms[named(task.reward, name)]),
          )
        }
      />
      <Plot
        {...common}
        id="return"
        title="Return so far"
        y="sum of rewards"
        series={() => pair('return', 0, (of) => of.returnSoFar)}
      />
    </section>
  )
}
