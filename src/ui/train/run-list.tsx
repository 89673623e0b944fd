/** All runs, newest first; a row puts its run on show. */
import type { RunEntry } from '../../host/rpc/contract.ts'
import { Badge, Notice } from '../controls/layout.tsx'
import { formatValue } from '../plots/format.ts'
import { returnHelp } from './overview/columns.ts'
import { newestRunsFirst, statusWords } from './progress.ts'
import { chooseRun, listProblem, runs, shownName, shownStep } from './state.ts'

export function RunList() {
  const list = newestRunsFirst(runs.value ?? []).filter(({ archived }) => !archived)
  return (
    <section class="train-runs" aria-label="Runs">
      {listProblem.value && <Notice kind="error">{listProblem.value}</Notice>}
      {list.length > 0 && <Runs list={list} />}
    </section>
  )
}

function Runs({ list }: { list: readonly RunEntry[] }) {
  return (
    <table class="table">
      <thead>
        <tr>
          <th>Run</th>
          <th class="number" title={returnHelp.best}>
            Best return
          </th>
        </tr>
      </thead>
      <tbody>
        {list.map((run) => (
          <RunRow key={run.name} run={run} isShown={run.name === shownName.value} />
        ))}
      </tbody>
    </table>
  )
}

function RunRow({ run, isShown }: { run: RunEntry; isShown: boolean }) {
  const { name, scene, status, seed, meanReturn } = run
  const steps = run.steps ?? (isShown ? shownStep.value : undefined)
  const { word, tone } = statusWords[status]
  return (
    <tr class={isShown ? 'train-row selected' : 'train-row'} aria-selected={isShown} onClick={() => chooseRun(name)}>
      <td>
        <button
          type="button"
          class="train-row-name"
          title={status === 'unreadable' ? name : `${name}: ${scene}, seed ${seed}`}
        >
          {name}
        </button>
        <div class="train-row-details">
          <Badge tone={tone}>{word}</Badge> {status === 'unreadable' ? 'no description' : `seed ${seed}`}
          {steps !== undefined && ` · ${steps.toLocaleString('en')} steps`}
        </div>
      </td>
      <td class="number">{formatValue(meanReturn)}</td>
    </tr>
  )
}
