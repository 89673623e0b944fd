/** All runs: the table above, the ticked ones compared below. */
import { EmptyState, Notice } from '../../controls/layout.tsx'
import { listProblem, runs } from '../state.ts'
import { ComparePlots } from './compare-plots.tsx'
import { DifferenceTable } from './difference-table.tsx'
import './runs.css'
import { RunsTable } from './runs-table.tsx'
import { RunsToolbar } from './runs-toolbar.tsx'
import { ticked } from './state.ts'

export function RunsView() {
  if (!runs.value) return listProblem.value ? <Notice kind="error">{listProblem.value}</Notice> : null
  return (
    <div class="runs">
      <section class="runs-list" aria-label="All runs">
        <div>
          {listProblem.value && <Notice kind="error">{listProblem.value}</Notice>}
          <RunsToolbar />
        </div>
        {runs.value.length === 0 ? (
          <EmptyState title="No runs yet">Choose a scene and steps at the left, and start the first one.</EmptyState>
        ) : (
          <RunsTable />
        )}
      </section>
      <section class="runs-compared" aria-label="Compared runs">
        {ticked.value.length === 0 ? (
          <EmptyState title="Nothing to compare">Tick runs above to lay their curves over each other.</EmptyState>
        ) : (
          <>
            <ComparePlots />
            <DifferenceTable />
          </>
        )}
      </section>
    </div>
  )
}
