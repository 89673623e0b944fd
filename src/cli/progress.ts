/** Training's progress: a bar on a terminal, plain lines elsewhere. */
import { MultiBar, Presets } from 'cli-progress'
import { DEFAULT_STEPS, type TrainingEvent } from '../host/api.ts'
import { formatDuration } from './format-duration.ts'
import type { Output } from './output.ts'

/** Episodes between two lines with their average return. */
const PRINT_EVERY = 10

export interface Progress {
  show(event: TrainingEvent): void
  message(text: string): void
  end(): void
}

export function showProgress(
  budget: { steps: number | undefined; episodes: number | undefined },
  output: Output,
): Progress {
  const bar = process.stderr.isTTY ? createBar(budget) : undefined
  const write = (text: string): void => {
    if (bar) bar.log(`${text}\n`)
    else output.line(text)
  }
  const recent: number[] = []
  return {
    show(event) {
      switch (event.type) {
        case 'started':
          write(`engine ${event.engine}${event.threads === undefined ? '' : `, threads ${event.threads}`}`)
          break
        case 'resumed':
          for (const notice of event.notices) output.warn(notice)
          write(`resumed at step ${event.step}, episode ${event.episode}`)
          break
        case 'warning':
          // The bar is on stderr too: past it, the line would be overwritten.
          if (bar) bar.log(`warning: ${event.message}\n`)
          else output.warn(event.message)
          break
        case 'episode':
          recent.push(event.return)
          if (recent.length > PRINT_EVERY) recent.shift()
          bar?.show({ return: event.return.toFixed(1) })
          if (event.episode % PRINT_EVERY === 0) {
            const average = recent.reduce((sum, value) => sum + value, 0) / recent.length
            write(
              `episode ${event.episode}, step ${event.step}: average return of the last ${recent.length} episodes ${average.toFixed(1)}, ε ${event.epsilon.toFixed(3)}`,
            )
          }
          break
        case 'evaluation':
          if (event.isBest)
            write(
              `best policy saved: return ${event.meanReturn.toFixed(1)} ± ${event.stdReturn.toFixed(1)} at episode ${event.episode} (step ${event.step})`,
            )
          break
        case 'progress':
          bar?.advance(event)
      }
    },
    message: write,
    end: () => bar?.stop(),
  }
}

interface Bar {
  log(text: string): void
  show(payload: { return: string }): void
  advance(event: Extract<TrainingEvent, { type: 'progress' }>): void
  stop(): void
}

function createBar({ steps, episodes }: { steps: number | undefined; episodes: number | undefined }): Bar {
  const bars = new MultiBar(
    {
      format: ' {bar} {percentage}% | step {step} | {speed} steps/s | return {return} | {left} left',
      hideCursor: true,
      stream: process.stderr,
      clearOnComplete: false,
    },
    Presets.shades_classic,
  )
  // The budget that is nearer its end decides; with one budget, that one.
  const bar = bars.create(1, 0, { step: 0, speed: '-', return: '-', left: '-' })
  return {
    log: (text) => bars.log(text),
    show: (payload) => bar.update(payload),
    advance({ step, episode, seconds, stepsPerSecond }) {
      const share = Math.max(
        step / (steps ?? (episodes === undefined ? DEFAULT_STEPS : Number.POSITIVE_INFINITY)),
        episode / (episodes ?? Number.POSITIVE_INFINITY),
      )
      const left = share > 0 ? formatDuration((seconds * (1 - share)) / share) : '-'
      bar.update(Math.min(1, share), { step, speed: stepsPerSecond.toFixed(0), left })
    },
    stop: () => bars.stop(),
  }
}
