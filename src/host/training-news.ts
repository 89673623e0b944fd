/**
 * What windows hear of runs in training. With a core to spare, each event as it comes and the robot 30 times a second. Where training
 * takes every core, events are gathered: each text wakes half a dozen threads of a browser, with processor time that training has not.
 */
import type { LiveFrame } from '../training/live-view.ts'
import type { serveConnection } from './rpc/connection.ts'
import type { EventName, EventPayload } from './rpc/contract.ts'

/** ms between two looks at the robots in training: 30 a second. */
export const LOOK_INTERVAL = 33
/** Where training takes every core, in looks: a picture of the robot, and what was gathered. The latter comes with a picture. */
const LOOKS_TO_FRAME = 8
const LOOKS_TO_NEWS = 4 * LOOKS_TO_FRAME

/** A window, and the run whose robot it shows. */
export interface ListeningWindow {
  send: ReturnType<typeof serveConnection>['send']
  watched: string | undefined
}

type TrainingEvent = Exclude<Extract<EventName, `training.${string}`>, 'training.frame'>
interface News<Name extends TrainingEvent = TrainingEvent> {
  name: Name
  payload: EventPayload<Name>
}

export interface NewsSources {
  windows: ReadonlySet<ListeningWindow>
  /** Whether training leaves no core to the windows. */
  takesAllCores(): boolean
  /** The newest frame of a run, or undefined where nothing moved since it was read. */
  readLive(run: string): LiveFrame | undefined
}

export class TrainingNews {
  private readonly sources: NewsSources
  private waiting: News[] = []
  /** The newest frame that was read of each run: one that stands still shows where it stands. */
  private readonly frames = new Map<string, LiveFrame>()
  private looks = 0

  constructor(sources: NewsSources) {
    this.sources = sources
  }

  /** Sends an event, or keeps it until the next news; the newest progress of a run stands for those before. */
  tell<Name extends TrainingEvent>(name: Name, payload: EventPayload<Name>): void {
    if (name === 'training.progress') {
      this.waiting = this.waiting.filter((news) => news.name !== name || news.payload.run !== payload.run)
    }
    this.waiting.push({ name, payload })
    if (!this.sources.takesAllCores()) this.flush()
  }

  /** Sends what waits: before anything that windows are to hear after it. */
  flush(): void {
    const news = this.waiting
    this.waiting = []
    for (const { name, payload } of news) for (const { send } of this.sources.windows) send(name, payload)
  }

  /** A window shows the robot of this run from now on, or none. It gets where the robot is at once. */
  watch(window: ListeningWindow, run: string | undefined): void {
    window.watched = run
    const frame = run === undefined ? undefined : this.read(run)
    if (frame) window.send('training.frame', { run: run!, ...frame })
  }

  /** A run ended: there is nothing more to see of it. */
  forget(run: string): void {
    this.frames.delete(run)
  }

  /** Called every LOOK_INTERVAL ms. */
  look(): void {
    this.looks++
    const isBusy = this.sources.takesAllCores()
    if (isBusy && this.looks % LOOKS_TO_FRAME !== 0) return
    if (!isBusy || this.looks % LOOKS_TO_NEWS === 0) this.flush()
    const windows = [...this.sources.windows]
    for (const run of new Set(windows.map(({ watched }) => watched))) {
      if (run === undefined) continue
      const before = this.frames.get(run)
      const frame = this.read(run)
      if (!frame || frame === before) continue
      for (const { watched, send } of windows) if (watched === run) send('training.frame', { run, ...frame })
    }
  }

  private read(run: string): LiveFrame | undefined {
    const frame = this.sources.readLive(run) ?? this.frames.get(run)
    if (frame) this.frames.set(run, frame)
    return frame
  }
}
