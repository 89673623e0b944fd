/** The tour: five places of the window, one after the other, each with a few words beside it. The window stays usable meanwhile. */
import { useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { Button } from '../../controls/button.tsx'
import { performNamed } from '../actions/registry.ts'
import { type Workspace, workspace } from '../state.ts'
import { cardPlace, type Place } from './card-place.ts'
import { endWelcome, endWithEscape, tourStep } from './welcome-state.ts'

interface Stop {
  workspace: Workspace
  /** The place in the window. */
  target: string
  title: string
  text: string
  /** What is to be on show there. */
  prepare?: () => void
}

const STOPS: readonly Stop[] = [
  {
    workspace: 'design',
    target: '#workspace-design .stage',
    title: 'The stage',
    text: 'The robot, to scale. Space plays and pauses, R resets. Drag a body in play to pull it; the wheel zooms, and dragging beside the robot moves the view.',
  },
  {
    workspace: 'design',
    target: '#workspace-design .canvas-toolbar',
    title: 'Tools to draw with',
    text: 'Each has a key: C draws a link, G ground, J joins two bodies where they overlap, A gives a joint a motor. Alt+N begins a new scene; everything can be undone.',
    prepare: () => performNamed('play.endDemonstration'),
  },
  {
    workspace: 'design',
    target: '#workspace-design .inspector',
    title: 'The task is formulas',
    text: 'What the policy sees, what it is rewarded for and when an episode ends: formulas over sensors, with their values beside them while the robot moves.',
    prepare: () => performNamed('inspector.task'),
  },
  {
    workspace: 'train',
    target: '#workspace-train .train-form',
    title: 'Train it',
    text: 'Train takes the scene as you see it in Design. Start a run, or several seeds at once, and watch its return grow; “Watch its policy” lets you play with what it has learnt.',
  },
  {
    workspace: 'replay',
    target: '#workspace-replay',
    title: 'Replay what it does',
    text: 'Record an episode of a run, step through it, and see observation, action and reward at every moment. That was the tour; Help has it again.',
  },
]

export function Tour() {
  const step = tourStep.value
  return step === undefined ? null : <Stop key={step} number={step} />
}

function Stop({ number }: { number: number }) {
  const stop = STOPS[number]!
  const card = useRef<HTMLElement>(null)
  const place = useSignal<Place | undefined>(undefined)
  useLayoutEffect(() => {
    workspace.value = stop.workspace
    stop.prepare?.()
  }, [stop])
  useEffect(() => {
    // The workspace may take some pictures to be there, and moves when the window is resized.
    const look = () => {
      const target = document.querySelector(stop.target)?.getBoundingClientRect()
      const size = { width: window.innerWidth, height: window.innerHeight }
      if (target && card.current) place.value = cardPlace(target, card.current.getBoundingClientRect(), size)
    }
    look()
    const timer = setInterval(look, 200)
    return () => clearInterval(timer)
  }, [stop, place])
  const isPlaced = place.value !== undefined
  // What is hidden cannot have the focus.
  useEffect(() => {
    if (isPlaced) card.current?.querySelector<HTMLElement>('.primary')?.focus()
  }, [isPlaced])
  useEffect(() => endWithEscape(), [])
  const isLast = number === STOPS.length - 1
  const go = (to: number) => {
    tourStep.value = to
  }
  const { ring, at } = place.value ?? {}
  return (
    <>
      {ring && (
        <div
          class="tour-ring"
          style={{ left: `${ring.x}px`, top: `${ring.y}px`, width: `${ring.width}px`, height: `${ring.height}px` }}
        />
      )}
      <section
        ref={card}
        class="tour-card"
        role="dialog"
        aria-label={`Tour, step ${number + 1} of ${STOPS.length}`}
        style={at ? { left: `${at.x}px`, top: `${at.y}px` } : { visibility: 'hidden' }}
      >
        <header>
          <h2>{stop.title}</h2>
          <span class="muted">
            {number + 1} of {STOPS.length}
          </span>
        </header>
        <p aria-live="polite">{stop.text}</p>
        <div class="tour-buttons">
          {!isLast && (
            <Button kind="quiet" onClick={endWelcome}>
              Skip the tour
            </Button>
          )}
          <span class="spacer" />
          {number > 0 && <Button onClick={() => go(number - 1)}>Back</Button>}
          <Button kind="primary" onClick={() => (isLast ? endWelcome() : go(number + 1))}>
            {isLast ? 'Done' : 'Next'}
          </Button>
        </div>
      </section>
    </>
  )
}
