/** The marks on the timeline of the open rollout, and going from one to the next. */
import { computed } from '@preact/signals'
import { ghostEnd, shownStep } from '../overlay/state.ts'
import { opened, send } from '../state.ts'
import { verification } from '../verify/state.ts'
import { markBeside, timelineMarks } from './marks.ts'

export const marks = computed(() => {
  const entry = opened.value?.entry
  if (!entry) return []
  const found = verification.value
  return timelineMarks({
    entry,
    difference: found.status === 'done' ? found.difference?.step : undefined,
    ghostEnd: ghostEnd.value,
  })
})

/** Moves to the next mark after the playhead, or the one before it; nothing happens where there is none. */
export function goToMark(direction: 1 | -1): void {
  const step = markBeside(marks.peek(), shownStep.peek(), direction)
  if (step !== undefined) send({ type: 'seek', step })
}
