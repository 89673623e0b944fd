/** The greeting: what is seen here, and the three ways in. It lies over the window and blocks nothing. */
import { useEffect, useRef } from 'preact/hooks'
import { Button, IconButton } from '../../controls/button.tsx'
import { CloseIcon } from '../../controls/icons.tsx'
import type { Workspace } from '../state.ts'
import './welcome.css'
import { endWelcome, endWithEscape, goTo, isWelcomeShown, startTour } from './welcome-state.ts'

const WAYS: readonly { id: Workspace; title: string; text: string }[] = [
  { id: 'design', title: 'Design', text: 'Draw a robot and say what it is to do.' },
  { id: 'train', title: 'Train', text: 'Let it learn, and watch it get better.' },
  { id: 'replay', title: 'Replay', text: 'See step by step what a policy does.' },
]

export function Welcome() {
  return isWelcomeShown.value ? <Greeting /> : null
}

function Greeting() {
  const tour = useRef<HTMLDivElement>(null)
  useEffect(() => endWithEscape(), [])
  useEffect(() => tour.current?.querySelector('button')?.focus(), [])
  return (
    <section class="welcome" role="dialog" aria-label="Welcome to TorqueLab">
      <header>
        <h2>Welcome to TorqueLab</h2>
        <IconButton icon={CloseIcon} label="Close the welcome" kind="quiet" onClick={endWelcome} />
      </header>
      <p>
        This hopper was drawn here, and it learnt to hop here, from nothing, in twenty minutes. Drag it to push it.
        Where do you want to begin?
      </p>
      <div class="welcome-ways">
        {WAYS.map(({ id, title, text }) => (
          <button key={id} type="button" class="welcome-way" onClick={() => goTo(id)}>
            <strong>{title}</strong>
            <span>{text}</span>
          </button>
        ))}
      </div>
      <div ref={tour} class="welcome-tour">
        <Button kind="primary" onClick={startTour}>
          Take the tour: five steps
        </Button>
        <Button kind="quiet" onClick={endWelcome}>
          Skip
        </Button>
      </div>
    </section>
  )
}
