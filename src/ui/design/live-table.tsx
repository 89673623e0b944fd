/** A table of live numbers. Each cell follows the frame by itself: a frame changes texts and renders no component. */
import { useComputed } from '@preact/signals'
import type { LivePlay } from '../play/live-play.ts'
import type { PlayFrame } from '../play/messages.ts'
import { formatValue } from './format.ts'
import { plottedSensors, toggleSensorPlot } from './task/shown-plots.ts'

export interface LiveRow {
  name: string
  unit: string
  /** The attribute that tests and tools find the row by, as `sensor`: it becomes data-sensor. */
  kind: 'sensor' | 'observation' | 'term'
  /** Undefined where there is no value yet. */
  read: (frame: PlayFrame) => number | undefined
  /** The last row, as a sum of those above. */
  isTotal?: boolean
}

export function LiveTable({ play, rows, caption }: { play: LivePlay; rows: readonly LiveRow[]; caption: string }) {
  return (
    <table class="table live-table">
      <caption class="visually-hidden">{caption}</caption>
      <tbody>
        {rows.map((row) => (
          <LiveTableRow key={`${row.kind} ${row.name}`} play={play} row={row} />
        ))}
      </tbody>
    </table>
  )
}

function LiveTableRow({ play, row }: { play: LivePlay; row: LiveRow }) {
  const value = useComputed(() => (play.frame.value ? row.read(play.frame.value) : undefined))
  const text = useComputed(() => (value.value === undefined ? '–' : formatValue(value.value)))
  const raw = useComputed(() => (value.value === undefined ? '' : String(value.value)))
  return (
    <tr {...{ [`data-${row.kind}`]: row.name }} data-value={raw} class={row.isTotal ? 'total' : undefined}>
      <td class="name" title={row.name}>
        {row.kind === 'sensor' ? (
          <button
            type="button"
            class="plot-toggle"
            aria-pressed={plottedSensors.value.includes(row.name)}
            aria-label={`Plot ${row.name}`}
            onClick={() => toggleSensorPlot(row.name)}
          >
            {row.name}
          </button>
        ) : (
          row.name
        )}
      </td>
      <td class="number">{text}</td>
      <td class="unit">{row.unit === '1' ? '' : row.unit}</td>
    </tr>
  )
}
