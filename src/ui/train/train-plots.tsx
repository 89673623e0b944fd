/** The curves of the run on show, all against environment steps. */
import { Plot } from '../plots/plot.tsx'
import { runningMean } from '../plots/running-mean.ts'
import type { PlotSeries } from '../plots/series.ts'
import type { RunMetrics, StepCurve } from './metrics.ts'
import { metrics, revision } from './state.ts'

/** Episodes whose returns are averaged in the smoothed curve. */
const SMOOTHED_EPISODES = 10

export function TrainPlots() {
  const common = {
    x: 'environment steps',
    revision,
    end: () => metrics.peek().step,
    formatX: (step: number) => `step ${Math.round(step).toLocaleString('en')}`,
  }
  const one = (name: string, colour: number, pick: (curves: RunMetrics) => StepCurve) => () => {
    const { step, value } = pick(metrics.peek())
    return [{ name, colour, style: 'line', x: step.values, y: value.values } satisfies PlotSeries]
  }
  const learning = 'Shown from the first update on'
  const episodes = 'Shown from the first episode on'
  return (
    <div class="train-plots">
      <div class="train-plots-grid">
        <Plot {...common} id="episode-return" title="Return" y="sum of rewards" series={returns} empty={episodes} />
        <Plot
          {...common}
          id="policy-loss"
          title="Policy loss"
          y="-mean Q (reward)"
          series={one('policy loss', 0, ({ policyLoss }) => policyLoss)}
          empty={learning}
        />
        <Plot
          {...common}
          id="critic-loss"
          title="Critic loss"
          y="loss (reward²)"
          canBeLogarithmic
          series={one('critic loss', 1, ({ criticLoss }) => criticLoss)}
          empty={learning}
        />
        <Plot
          {...common}
          id="mean-q"
          title="Mean Q"
          y="Q (reward)"
          series={one('mean Q', 2, ({ meanQ }) => meanQ)}
          empty={learning}
        />
        <Plot
          {...common}
          id="episode-length"
          title="Steps per episode"
          y="length (steps)"
          series={one('length', 3, ({ length }) => length)}
          empty={episodes}
        />
        <Plot
          {...common}
          id="epsilon"
          title="Exploration ε and saturation"
          y="share (1)"
          yRange={[0, 1]}
          series={exploration}
          empty={episodes}
        />
        <Plot
          {...common}
          id="steps-per-second"
          title="Speed"
          y="speed (steps/s)"
          series={one('speed', 5, ({ speed }) => speed)}
          empty="Shown while this window watches"
        />
      </div>
    </div>
  )
}

/** The noise's weight, and the share of the actor's actions that its tanh has pushed to -1 or 1. */
function exploration(): PlotSeries[] {
  const { epsilon, saturation } = metrics.peek()
  return [
    { name: 'ε', colour: 4, style: 'line', x: epsilon.step.values, y: epsilon.value.values },
    { name: 'saturation', colour: 1, style: 'line', x: saturation.step.values, y: saturation.value.values },
  ]
}

/** Each episode, their running mean, and the evaluations with a band of one deviation. */
function returns(): PlotSeries[] {
  const { return: episode, evaluation, evaluationLow, evaluationHigh } = metrics.peek()
  const x = episode.step.values
  const y = episode.value.values
  return [
    { name: 'episode', colour: 0, style: 'faint', x, y },
    { name: `mean of ${SMOOTHED_EPISODES}`, colour: 0, style: 'line', x, y: runningMean(y, SMOOTHED_EPISODES) },
    {
      name: 'evaluation',
      colour: 1,
      style: 'marked',
      x: evaluation.step.values,
      y: evaluation.value.values,
      band: { low: evaluationLow.values, high: evaluationHigh.values },
    },
  ]
}
