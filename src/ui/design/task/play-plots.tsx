/** Plots of the episode in play: the reward terms stacked, and the sensors that were asked for, one plot for each unit. */
import { effect, signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { Scene } from '../../../scene/schema.ts'
import { sensorsOf } from '../../../scene/sensors.ts'
import type { LivePlay } from '../../play/live-play.ts'
import { Plot } from '../../plots/plot.tsx'
import { PlayHistory } from './play-history.ts'
import { plottedSensors } from './shown-plots.ts'

export function PlayPlots({ play, scene }: { play: LivePlay; scene: Scene }) {
  const { history, revision } = useMemo(() => ({ history: new PlayHistory(), revision: signal(0) }), [play])
  useEffect(
    () =>
      effect(() => {
        const frame = play.frame.value
        if (frame) history.add(frame)
        revision.value = revision.peek() + 1
      }),
    [play, history, revision],
  )
  const sensors = sensorsOf(scene)
  const shown = plottedSensors.value.flatMap((name) => {
    const index = sensors.findIndex((sensor) => sensor.name === name)
    return index < 0 ? [] : [{ name, index, unit: sensors[index]!.unit }]
  })
  const units = [...new Set(shown.map(({ unit }) => unit))]
  const common = { x: 'time (s)', revision, empty: 'Shown as the body moves' }
  return (
    <div class="play-plots">
      <Plot
        {...common}
        id="play-terms"
        title="Reward terms, stacked"
        y="reward per step"
        series={() => history.stackedTerms(scene.task.reward.map(({ name }) => name))}
      />
      {units.map((unit) => (
        <Plot
          key={`${unit} ${shown.map(({ name }) => name).join()}`}
          {...common}
          id={`play-sensors-${units.indexOf(unit) + 1}`}
          title="Sensors"
          y={unit === '1' ? 'value' : `value (${unit})`}
          series={() =>
            shown
              .filter((sensor) => sensor.unit === unit)
              .map(({ name, index }, colour) => ({ name, colour, style: 'line' as const, ...history.sensor(index) }))
          }
        />
      ))}
    </div>
  )
}
