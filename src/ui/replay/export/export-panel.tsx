/** The open rollout as a film, a picture or a table: what kind of file, how large, how fast, which steps. */
import { Button } from '../../controls/button.tsx'
import { Checkbox, NumberField, Select } from '../../controls/field.tsx'
import { Notice } from '../../controls/layout.tsx'
import { formatSeconds } from '../format.ts'
import { SPEEDS } from '../player.ts'
import type { OpenRollout } from '../state.ts'
import './export.css'
import { frameCount } from './frame-times.ts'
import { cancelExport, choices, type ExportChoices, exporting, exportRollout, filmOf } from './state.ts'

const FORMATS = [
  { value: 'video', label: 'Video' },
  { value: 'gif', label: 'Animated GIF' },
  { value: 'png', label: 'PNG, this step' },
  { value: 'csv', label: 'CSV, all steps' },
] as const
const SIZES = ['640 × 360', '960 × 540', '1280 × 720', '1920 × 1080', '720 × 720'] as const
const RATES = [10, 20, 25, 30, 50, 60] as const

export function ExportPanel({ rollout }: { rollout: OpenRollout }) {
  const state = exporting.value
  const now = choices.value
  const change = (part: Partial<ExportChoices>) => {
    choices.value = { ...choices.peek(), ...part }
  }
  if (state.status === 'running') {
    const { done, of } = state
    return (
      <div class="export">
        <div class="export-progress">
          <progress aria-label="Exported" value={done} max={of} />
          <span class="muted" role="status">
            {now.format === 'csv'
              ? `${Math.round((100 * done) / of)} %`
              : `frame ${done.toLocaleString('en')} of ${of.toLocaleString('en')}`}
          </span>
          <Button onClick={cancelExport}>Cancel</Button>
        </div>
      </div>
    )
  }
  const isFilm = now.format === 'video' || now.format === 'gif'
  const { steps } = rollout.entry
  return (
    <div class="export">
      <div class="export-fields">
        <Select label="Format" value={now.format} options={FORMATS} onChange={(format) => change({ format })} />
        {now.format !== 'csv' && (
          <Select
            label="Size"
            value={`${now.width} × ${now.height}`}
            options={SIZES.map((value) => ({ value, label: value }))}
            onChange={(size) => {
              const [width, height] = size.split(' × ').map(Number)
              change({ width: width!, height: height! })
            }}
          />
        )}
        {isFilm && (
          <Select
            label="Frames per second"
            value={String(now.framesPerSecond)}
            options={RATES.map((rate) => ({ value: String(rate), label: String(rate) }))}
            onChange={(rate) => change({ framesPerSecond: Number(rate) })}
          />
        )}
        {isFilm && (
          <Select
            label="Film speed"
            value={String(now.speed)}
            options={SPEEDS.map((value) => ({ value: String(value), label: `${value}×` }))}
            onChange={(value) => change({ speed: Number(value) })}
          />
        )}
      </div>
      {isFilm && (
        <div class="export-fields">
          <Checkbox
            label="Whole rollout"
            checked={now.isWhole}
            onChange={(isWhole) => change(isWhole ? { isWhole } : { isWhole, from: 0, to: steps })}
          />
          {!now.isWhole && (
            <>
              <NumberField
                label="From step"
                value={now.from}
                min={0}
                max={Math.min(now.to, steps)}
                integer
                onCommit={(from) => change({ from })}
              />
              <NumberField
                label="To step"
                value={Math.min(now.to, steps)}
                min={now.from}
                max={steps}
                integer
                onCommit={(to) => change({ to })}
              />
            </>
          )}
        </div>
      )}
      {state.status === 'failed' && <Notice kind="error">{state.problem}</Notice>}
      {state.status === 'done' && <Notice kind="info">{`${state.name}: ${formatBytes(state.bytes)}`}</Notice>}
      <div class="export-row">
        <Button kind="primary" onClick={() => void exportRollout(rollout)}>
          Export…
        </Button>
        {isFilm && <span class="muted">{filmWords(rollout, now)}</span>}
        {now.format === 'csv' && <span class="muted">{`${(steps + 1).toLocaleString('en')} rows`}</span>}
      </div>
    </div>
  )
}

function filmWords(rollout: OpenRollout, now: ExportChoices): string {
  const frames = frameCount(filmOf(rollout, now))
  return `${frames.toLocaleString('en')} frames, ${formatSeconds(frames / now.framesPerSecond)}`
}

function formatBytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}
