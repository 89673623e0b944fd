/** What all curves have in common: smoothing, the x axis, and saving them. */
import { Button } from '../controls/button.tsx'
import { Select } from '../controls/field.tsx'
import { Slider } from '../controls/slider.tsx'
import { smoothing, xAxis } from './state.ts'

/** Episodes of the running mean, from none on. */
const STEPS_OF_SMOOTHING = [1, 3, 5, 10, 20, 50, 100]

export function Smoothing() {
  const index = Math.max(0, STEPS_OF_SMOOTHING.indexOf(smoothing.value))
  const text = (at: number) => (at === 0 ? 'off' : `${STEPS_OF_SMOOTHING[at]} episodes`)
  return (
    <div class="curve-smoothing">
      <span class="muted">Smoothing</span>
      <Slider
        label="Smoothing"
        hideLabel
        min={0}
        max={STEPS_OF_SMOOTHING.length - 1}
        step={1}
        value={index}
        format={text}
        onInput={(at) => {
          smoothing.value = STEPS_OF_SMOOTHING[at]!
        }}
      />
      <span class="curve-smoothing-value">{text(index)}</span>
    </div>
  )
}

export function XAxisChoice() {
  return (
    <Select
      label="Horizontal axis"
      hideLabel
      value={xAxis.value}
      options={[
        { value: 'steps', label: 'against steps' },
        { value: 'time', label: 'against time' },
      ]}
      onChange={(value) => {
        xAxis.value = value
      }}
    />
  )
}

export function SaveButtons({ onSave }: { onSave: (kind: 'CSV' | 'SVG' | 'PNG') => void }) {
  return (
    <div class="toolbar">
      <span class="muted">Save</span>
      {(['CSV', 'SVG', 'PNG'] as const).map((kind) => (
        <Button key={kind} kind="quiet" title={`Save the curves as ${kind}`} onClick={() => onSave(kind)}>
          {kind}
        </Button>
      ))}
    </div>
  )
}
