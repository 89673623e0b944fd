/** The run on show in words: name, status, progress, speed, time left, best policy; and what can be done with it. */
import { useComputed, useSignal } from '@preact/signals'
import type { RunEntry, RunStatus } from '../../host/rpc/contract.ts'
import { rolloutToOpen, workspace } from '../app/state.ts'
import { Button } from '../controls/button.tsx'
import { NumberField } from '../controls/field.tsx'
import { PauseIcon, PlayIcon, StopIcon } from '../controls/icons.tsx'
import { Badge, Notice } from '../controls/layout.tsx'
import { formatValue } from '../plots/format.ts'
import { returnHelp } from './overview/columns.ts'
import { engineText, formatDuration, isLive, reportText, secondsLeft, shareOf, statusWords } from './progress.ts'
import { algorithmLabel, settingHelp } from './settings-form.ts'
import {
  command,
  commandProblem,
  dismissWarning,
  metrics,
  metricsProblem,
  revision,
  shownStep,
  template,
} from './state.ts'

/** The rollout of a run's best episode. */
const BEST_ROLLOUT = 'best.mcap'

export function RunHeader({ run }: { run: RunEntry }) {
  const { name, status, scene, seed, preset } = run
  const { word, tone } = statusWords[status]
  return (
    <section class="train-run" aria-label="Run on show">
      <header class="train-run-head">
        <h2 class="train-run-name" title={name}>
          {name}
        </h2>
        <span data-testid="run-status">
          <Badge tone={tone}>{word}</Badge>
        </span>
        <button
          type="button"
          class="link-button train-again"
          disabled={status === 'unreadable'}
          title="Fills the form at the left with this run's scene and settings"
          onClick={() => {
            template.value = name
          }}
        >
          Train again
        </button>
      </header>
      {status !== 'unreadable' && (
        <p class="train-run-what">
          {scene} · {algorithmLabel(run.algorithm)} · seed {seed} · {preset} · {engineText(run)}
        </p>
      )}
      <Actions run={run} />
      <Problems run={run} />
      <Numbers run={run} />
      {!isProblem(status) && <p class="muted">{statusWords[status].sentence}</p>}
    </section>
  )
}

const isProblem = (status: RunStatus) => status === 'failed' || status === 'unreadable' || status === 'interrupted'

/** Above the numbers, where none of them is cut off in a low window. */
function Problems({ run }: { run: RunEntry }) {
  const { status, problem } = run
  const warnings = useComputed(() => {
    void revision.value
    return metrics.value.warnings
  })
  return (
    <>
      {isProblem(status) && (
        <Notice kind="error">
          {problem ?? statusWords[status].sentence} {remedyOf(run)}
        </Notice>
      )}
      {commandProblem.value && (
        <Notice
          kind="error"
          onDismiss={() => {
            commandProblem.value = undefined
          }}
        >
          {commandProblem.value}
        </Notice>
      )}
      {metricsProblem.value && <Notice kind="error">The curves cannot be read: {metricsProblem.value}</Notice>}
      {warnings.value.map(({ message, step }) => (
        <Notice key={message} kind="warning" onDismiss={() => dismissWarning(message)}>
          <strong>Step {step.toLocaleString('en')}.</strong> {settingHelp(message)}
        </Notice>
      ))}
    </>
  )
}

/** What to do about a run that did not come to its end. */
function remedyOf(run: RunEntry): string {
  if (run.status === 'unreadable') return 'Put the file back from a copy of it, or delete the run under “All runs”.'
  if (run.status === 'interrupted') return canGoOn(run) ? 'Resume goes on from there.' : ''
  if (run.status !== 'failed') return ''
  return canGoOn(run)
    ? 'Resume goes on here; where that fails again, Train again starts anew.'
    : 'Train again starts it anew, with other settings if need be.'
}

const canGoOn = ({ resumable, status }: RunEntry) =>
  resumable && !isLive(status) && status !== 'queued' && status !== 'unreadable'

/** Above all that may grow, where no low window cuts them off. */
function Actions({ run }: { run: RunEntry }) {
  const hasBest = useComputed(() => {
    void revision.value
    return metrics.value.best !== undefined
  })
  const openBest = () => {
    rolloutToOpen.value = `${run.name}/${BEST_ROLLOUT}`
    workspace.value = 'replay'
  }
  return (
    <div class="train-run-actions">
      {isLive(run.status) && <LiveActions run={run} />}
      {run.status === 'queued' && (
        <Button icon={StopIcon} onClick={() => void command('stop', run.name)}>
          Take out of the queue
        </Button>
      )}
      {canGoOn(run) && <GoOn run={run} />}
      <Button disabled={!hasBest.value} onClick={openBest}>
        Open best rollout
      </Button>
    </div>
  )
}

function LiveActions({ run: { name, status } }: { run: RunEntry }) {
  const isStopping = status === 'stopping'
  return (
    <>
      {status === 'paused' ? (
        <Button icon={PlayIcon} onClick={() => void command('resume', name)}>
          Resume
        </Button>
      ) : (
        <Button icon={PauseIcon} disabled={isStopping} onClick={() => void command('pause', name)}>
          Pause
        </Button>
      )}
      <Button icon={StopIcon} kind="danger" disabled={isStopping} onClick={() => void command('stop', name)}>
        Stop
      </Button>
    </>
  )
}

/** A run that has ended goes on: to its end, or where it has come to it, to a later one. */
function GoOn({ run }: { run: RunEntry }) {
  const { name, status, budget, checkpointStep = 0 } = run
  const isAtEnd = status === 'finished'
  const unit = budget.steps === undefined ? 'episodes' : 'steps'
  const more = useSignal<number | undefined>(undefined)
  if (!isAtEnd) {
    const from = checkpointStep > 0 ? ` from step ${checkpointStep.toLocaleString('en')}` : ''
    return (
      <Button icon={PlayIcon} title={`Goes on${from}`} onClick={() => void command('resume', name)}>
        Resume
      </Button>
    )
  }
  if (more.value === undefined) {
    return (
      <Button
        icon={PlayIcon}
        onClick={() => {
          more.value = 2 * (budget[unit] ?? 0)
        }}
      >
        Train further
      </Button>
    )
  }
  return (
    <div class="train-further">
      <NumberField
        label={`Up to ${unit}`}
        value={more.value}
        integer
        min={(budget[unit] ?? 0) + 1}
        max={unit === 'steps' ? 1e9 : 1e7}
        onCommit={(value) => {
          more.value = value
        }}
      />
      <Button
        kind="primary"
        icon={PlayIcon}
        onClick={() => {
          void command('resume', name, { [unit]: more.peek()! })
          more.value = undefined
        }}
      >
        Go on
      </Button>
    </div>
  )
}

/** What grows while the run trains; apart from the rest, because it changes many times a second. */
function Numbers({ run }: { run: RunEntry }) {
  const now = useComputed(() => {
    void revision.value
    const { episodes, progress, best } = metrics.value
    return { step: shownStep.value, episodes, progress, best }
  })
  const { step, episodes, progress, best } = now.value
  const { budget, status } = run
  const share = shareOf(run, step, episodes)
  const left = secondsLeft(run, progress)
  const report = isLive(status) ? undefined : reportText(run)
  return (
    <>
      <progress class="train-progress" aria-label="Progress" value={share ?? 0} max={1} />
      <dl class="train-numbers">
        <Fact name="Step">
          <span data-testid="train-step">{step.toLocaleString('en')}</span>
          {budget.steps !== undefined && ` of ${budget.steps.toLocaleString('en')}`}
        </Fact>
        <Fact name="Episode">
          {episodes.toLocaleString('en')}
          {budget.episodes !== undefined && ` of ${budget.episodes.toLocaleString('en')}`}
        </Fact>
        <Fact name="Speed">
          {progress && progress.stepsPerSecond > 0
            ? `${formatValue(Math.round(progress.stepsPerSecond))} steps/s`
            : '–'}
        </Fact>
        <Fact name={status === 'running' ? 'Time left' : 'Time trained'}>
          {status === 'running'
            ? left === undefined
              ? '–'
              : formatDuration(left)
            : progress
              ? formatDuration(progress.seconds)
              : '–'}
        </Fact>
        <Fact name="Best evaluation" help={returnHelp.best}>
          {best ? `${formatValue(best.meanReturn)} ± ${formatValue(best.stdReturn)}` : '–'}
        </Fact>
        <Fact name="Best at step">{best ? best.step.toLocaleString('en') : '–'}</Fact>
        {report !== undefined && (
          <Fact name="Report return" help={returnHelp.report}>
            {report}
          </Fact>
        )}
      </dl>
    </>
  )
}

function Fact({ name, help, children }: { name: string; help?: string; children: preact.ComponentChildren }) {
  return (
    <div title={help}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
