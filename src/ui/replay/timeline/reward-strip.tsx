/** The rewards drawn along the timeline, with marks where the episode ended, where a re-simulation differs, where the ghost ends. */
import { effect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { formatValue } from '../../plots/format.ts'
import { theme, themeColor } from '../../theme/theme.ts'
import { curveRevision, type OpenRollout, send } from '../state.ts'
import { rewardColumns, type TimelineMark } from './marks.ts'

export function RewardStrip({ rollout, marks }: { rollout: OpenRollout; marks: readonly TimelineMark[] }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { entry, blocks, scene } = rollout
  const { controlStep } = scene.world
  useEffect(() => {
    const element = canvas.current!
    const draw = () => drawRewards(element, rollout)
    const stop = effect(() => {
      void curveRevision.value
      void theme.value
      draw()
    })
    const resizing = new ResizeObserver(draw)
    resizing.observe(element)
    return () => {
      stop()
      resizing.disconnect()
    }
  }, [rollout])
  void curveRevision.value
  const { least, greatest } = rewardColumns(
    blocks.curves.reward.x.values,
    blocks.curves.reward.y.values,
    entry.steps * controlStep,
    1,
  )
  const seek = (event: PointerEvent) => {
    const { left, width } = canvas.current!.getBoundingClientRect()
    send({ type: 'seek', step: ((event.clientX - left) / width) * entry.steps })
  }
  const range = `reward per step, ${formatValue(least)} to ${formatValue(greatest)}`
  return (
    <div
      class="reward-strip"
      role="img"
      aria-label={[`Timeline: ${range}`, ...marks.map(({ words }) => words)].join('; ')}
      title={range}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        seek(event)
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) seek(event)
      }}
    >
      <canvas ref={canvas} />
      {marks.map(({ kind, step, words }) => (
        <span
          key={kind}
          class={`timeline-mark ${kind}`}
          style={{ left: `${(step / Math.max(1, entry.steps)) * 100}%` }}
          title={words}
        />
      ))}
    </div>
  )
}

function drawRewards(canvas: HTMLCanvasElement, { entry, scene, blocks }: OpenRollout): void {
  const { clientWidth, clientHeight } = canvas
  const context = canvas.getContext('2d')
  if (!context || clientWidth === 0) return
  const width = Math.round(clientWidth * devicePixelRatio)
  const height = Math.round(clientHeight * devicePixelRatio)
  // Setting a size clears the canvas too.
  canvas.width = width
  canvas.height = height
  const { x, y } = blocks.curves.reward
  const duration = entry.steps * scene.world.controlStep
  const { low, high, least, greatest } = rewardColumns(x.values, y.values, duration, width)
  if (greatest === least) return
  const line = Math.max(1, devicePixelRatio)
  const yOf = (value: number) => line + ((greatest - value) / (greatest - least)) * (height - 2 * line)
  const zero = yOf(0)
  const colour = themeColor('--plot-1')
  for (let column = 0; column < width; column++) {
    if (Number.isNaN(low[column]!)) continue
    const [top, bottom] = [yOf(high[column]!), yOf(low[column]!)]
    context.fillStyle = `${colour}40`
    context.fillRect(column, Math.min(top, zero), 1, Math.max(bottom, zero) - Math.min(top, zero))
    context.fillStyle = colour
    context.fillRect(column, top - line / 2, 1, Math.max(line, bottom - top))
  }
  context.fillStyle = themeColor('--line-strong')
  context.fillRect(0, Math.min(height - 1, Math.round(zero)), width, 1)
}
