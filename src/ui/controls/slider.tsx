/** A slider with its label and its value in words; the arrow keys, Home and End work as in any range input. */
import { useId } from 'preact/hooks'

const UP = ['ArrowRight', 'ArrowUp', 'PageUp', 'End']
const DOWN = ['ArrowLeft', 'ArrowDown', 'PageDown', 'Home']

export function Slider({
  label,
  value,
  min,
  max,
  step,
  format = String,
  hideLabel = false,
  centred = false,
  disabled = false,
  onInput,
  onRelease,
}: {
  label: string
  value: number
  min: number
  max: number
  step: number
  /** The value with its unit, as shown and as read aloud. */
  format?: (value: number) => string
  /** The label is then only its accessible name, and the value is not shown. */
  hideLabel?: boolean
  /** The bar fills from the middle: for values that have a sign. */
  centred?: boolean
  disabled?: boolean
  onInput: (value: number) => void
  /** The pointer let go of it (a key press never calls this). */
  onRelease?: () => void
}) {
  const id = useId()
  const share = ((value - min) / (max - min)) * 100
  const [from, to] = centred ? [Math.min(50, share), Math.max(50, share)] : [0, share]
  return (
    <div class="slider">
      <label for={id} class={hideLabel ? 'visually-hidden' : 'slider-label'}>
        {label}
      </label>
      {!hideLabel && <output class="slider-value">{format(value)}</output>}
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        disabled={disabled}
        aria-valuetext={format(value)}
        style={{ '--from': `${from}%`, '--to': `${to}%` }}
        onInput={(event) => onInput(event.currentTarget.valueAsNumber)}
        onKeyDown={({ key, currentTarget }) => {
          // The browser tells nothing of a key at the end of the range; it is a wish all the same where something else moves the slider.
          // Where the thumb is counts, not the value: it is rounded to the step.
          const at = currentTarget.valueAsNumber
          if ((UP.includes(key) && at >= max) || (DOWN.includes(key) && at <= min)) onInput(at)
        }}
        onPointerUp={() => onRelease?.()}
        onPointerCancel={() => onRelease?.()}
      />
    </div>
  )
}
