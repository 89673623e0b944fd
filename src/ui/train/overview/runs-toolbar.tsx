/** Above the table: search, what to do with the ticked runs, and taking a deletion back. */
import { useSignal } from '@preact/signals'
import { Button } from '../../controls/button.tsx'
import { Checkbox } from '../../controls/field.tsx'
import { isLive } from '../progress.ts'
import { runs } from '../state.ts'
import { annotate, deleted, deleteRuns, emptyTrash, listed, search, ticked, undoDelete, withArchived } from './state.ts'

export function RunsToolbar() {
  return (
    <div class="runs-toolbar" role="toolbar" aria-label="Runs">
      <input
        class="runs-search"
        type="search"
        placeholder="Filter by name, scene, tags, notes"
        aria-label="Filter runs"
        spellcheck={false}
        value={search.value}
        onInput={(event) => {
          search.value = event.currentTarget.value
        }}
      />
      <span class="muted">
        {listed.value.length} of {runs.value?.length ?? 0}
      </span>
      <Checkbox
        label="Archived"
        checked={withArchived.value}
        onChange={(checked) => {
          withArchived.value = checked
        }}
      />
      <div class="spacer" />
      {deleted.value.length > 0 ? <Deleted /> : <TickedActions />}
    </div>
  )
}

function Deleted() {
  const [first] = deleted.value
  const what = deleted.value.length === 1 ? first!.name : `${deleted.value.length} runs`
  return (
    <>
      <span role="status">Deleted {what}.</span>
      <Button onClick={() => void undoDelete()}>Undo</Button>
      <EmptyTrash />
      <Button
        kind="quiet"
        onClick={() => {
          deleted.value = []
        }}
      >
        Keep in trash
      </Button>
    </>
  )
}

/** Asks once more: nothing brings these back. */
function EmptyTrash() {
  const isAsking = useSignal(false)
  return (
    <Button
      kind="danger"
      title="Deletes everything in the trash for good"
      onClick={() => {
        if (isAsking.value) void emptyTrash()
        else isAsking.value = true
      }}
    >
      {isAsking.value ? 'Really empty the trash' : 'Empty trash'}
    </Button>
  )
}

function TickedActions() {
  const chosen = (runs.value ?? []).filter(({ name }) => ticked.value.includes(name))
  if (chosen.length === 0) return <span class="muted">Tick runs to compare, archive or delete them</span>
  const names = chosen.map(({ name }) => name)
  const hidden = names.filter((name) => listed.value.every((run) => run.name !== name)).length
  const areArchived = chosen.every(({ archived }) => archived)
  const isBusy = chosen.some(({ status }) => isLive(status))
  return (
    <>
      <span class="muted">
        {chosen.length} ticked{hidden > 0 && `, ${hidden} of them not listed`}
      </span>
      <Button
        kind="quiet"
        onClick={() => {
          ticked.value = []
        }}
      >
        Untick all
      </Button>
      <Button onClick={() => void annotate(names, { archived: !areArchived })}>
        {areArchived ? 'Take out of the archive' : 'Archive'}
      </Button>
      <Button
        kind="danger"
        disabled={isBusy}
        title={isBusy ? 'Stop those that train first' : 'Moves them to the trash'}
        onClick={() => void deleteRuns(names)}
      >
        Delete
      </Button>
    </>
  )
}
