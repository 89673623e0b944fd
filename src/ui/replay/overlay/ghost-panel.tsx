/** The choice of a second rollout to overlay, and how the two compare. */
import { Button } from '../../controls/button.tsx'
import { Select } from '../../controls/field.tsx'
import { Notice } from '../../controls/layout.tsx'
import { endWords, formatReturn, formatSeconds } from '../format.ts'
import { type OpenRollout, row } from '../state.ts'
import './overlay.css'
import { choices, ghost, ghostStep, showGhost, shownGhost } from './state.ts'

export function GhostPanel({ rollout }: { rollout: OpenRollout }) {
  const now = ghost.value
  const options = choices.value.map((entry) => ({
    value: entry.id,
    label: `${entry.run === '' ? entry.file : `${entry.run} ${entry.file.replace(/\.mcap$/, '')}`} (${formatReturn(entry.return)})`,
  }))
  if (options.length === 0) {
    return (
      <p class="field-help">
        There is no other rollout of “{rollout.entry.scene}”. Record another episode, or train another run on it.
      </p>
    )
  }
  return (
    <div class="overlay-panel">
      <div class="ghost-choice">
        <Select
          label="Second rollout"
          value={now.status === 'none' ? '' : now.id}
          options={[{ value: '', label: 'none' }, ...options]}
          onChange={(id) => void showGhost(id === '' ? undefined : id)}
        />
        {now.status !== 'none' && <Button onClick={() => void showGhost(undefined)}>Remove</Button>}
      </div>
      {now.status === 'none' && (
        <p class="field-help">
          Drawn over the robot in its own colour, from the same start; its curves are in the plots.
        </p>
      )}
      {now.status === 'loading' && (
        <p class="field-help" role="status">
          Reading {now.id}
        </p>
      )}
      {now.status === 'failed' && <Notice kind="error">{now.problem}</Notice>}
      {now.status === 'shown' && <Comparison rollout={rollout} second={now.rollout} />}
    </div>
  )
}

function Comparison({ rollout, second }: { rollout: OpenRollout; second: OpenRollout }) {
  const at = ghostStep.value
  const here = row.value?.returnSoFar
  const there = at && second.blocks.row(at.step)?.returnSoFar
  const difference = here === undefined || there === undefined ? undefined : here - there
  return (
    <table class="table ghost-table">
      <thead>
        <tr>
          <th>
            <span class="visually-hidden">Quantity</span>
          </th>
          <th class="number">
            <span class="ghost-swatch robot" />
            this
          </th>
          <th class="number">
            <span class="ghost-swatch" />
            ghost
          </th>
          <th class="number">difference</th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">return so far</th>
          <td class="number">{formatReturn(here)}</td>
          <td class="number">{formatReturn(there)}</td>
          <td class="number">{formatReturn(difference)}</td>
        </tr>
        <tr>
          <th scope="row">total return</th>
          <td class="number">{formatReturn(rollout.entry.return)}</td>
          <td class="number">{formatReturn(second.entry.return)}</td>
          <td class="number">{formatReturn(rollout.entry.return - second.entry.return)}</td>
        </tr>
        <tr>
          <th scope="row">length</th>
          <td class="number">{formatSeconds(rollout.entry.duration)}</td>
          <td class="number">{formatSeconds(second.entry.duration)}</td>
          <td class="number">{formatSeconds(rollout.entry.duration - second.entry.duration)}</td>
        </tr>
        <tr>
          <th scope="row">ended by</th>
          <td class="number">{endWords(rollout.entry)}</td>
          <td class="number">{at?.hasEnded ? `${endWords(second.entry)}, over` : endWords(second.entry)}</td>
          <td />
        </tr>
      </tbody>
    </table>
  )
}

/** Whether there is a ghost. */
export const isGhostShown = () => shownGhost.value !== undefined
