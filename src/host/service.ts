/**
 * The host as windows see it: answers the contract's requests, sends its events, and keeps the runs that train.
 * Electron's main process and the browser-mode server each make one and attach their windows to it.
 */
import { messageOf, UserError } from '../common/user-error.ts'
import { RunFolder } from '../training/run-folder.ts'
import type { Training } from '../training/start-training.ts'
import { train } from './host.ts'
import { packageVersion, versions } from './package.ts'
import { createRolloutLibrary } from './rollout-library.ts'
import { type Channel, serveConnection } from './rpc/connection.ts'
import type { Answer, EventName, EventPayload, MenuContent, Params, RequestName, RunStatus } from './rpc/contract.ts'
import { listRunEntries, readRunMetrics, toRunEntry } from './run-library.ts'
import { createSceneLibrary } from './scene-library.ts'
import { describeSettings } from './settings-form.ts'

export interface HostServiceOptions {
  runsFolder: string
  shell: 'electron' | 'browser'
  /** Where refusals and defects are written. */
  log: (line: string) => void
  /** Asks for a scene file; null where it was cancelled. Absent where there is no dialog. */
  openSceneDialog?: () => Promise<string | null>
  /** Shows a window's menus; absent where there is no place for them but the page. */
  showMenus?: (menus: readonly MenuContent[]) => void
}

export interface HostService {
  /** Attaches a window. */
  connect(channel: Channel): { close(): void }
  /** Validates a scene file and shows it in every window. Throws a UserError where it cannot be used. */
  openSceneFile(file: string): Promise<void>
  /** An item of a window's menus was chosen, by its name. */
  sendMenu(action: string): void
  /** Stops what trains, cleanly: every run is evaluated and kept. */
  close(): Promise<void>
}

type Send = ReturnType<typeof serveConnection>['send']
type Handlers = { [Name in RequestName]: (params: Required<Params<Name>>) => Promise<Answer<Name>> | Answer<Name> }

/** Milliseconds between two looks at the robots in training: 30 a second. */
const FRAME_INTERVAL = 33

export function createHostService(options: HostServiceOptions): HostService {
  const { runsFolder, log } = options
  const windows = new Set<Send>()
  const scenes = createSceneLibrary()
  const rollouts = createRolloutLibrary(runsFolder)
  const active = new Map<
    string,
    { training: Training; status: RunStatus; progress?: EventPayload<'training.progress'> }
  >()

  const broadcast = <Name extends EventName>(name: Name, payload: EventPayload<Name>): void => {
    for (const send of windows) send(name, payload)
  }

  const frames = setInterval(() => {
    if (windows.size === 0) return
    for (const [run, { training }] of active) {
      const frame = training.readLive()
      if (frame) broadcast('training.frame', { run, ...frame })
    }
  }, FRAME_INTERVAL)
  frames.unref()

  const changed = (run: string): void => {
    const known = active.get(run)
    if (known)
      broadcast('runs.changed', {
        ...toRunEntry(known.training.folder, known.training.description()),
        status: known.status,
      })
  }

  const findActive = (run: string) => {
    const known = active.get(run)
    if (!known) throw new UserError(`The run "${run}" is not training now.`)
    return known
  }

  const setStatus = (run: string, status: RunStatus): void => {
    findActive(run).status = status
    changed(run)
  }

  const startTraining: Handlers['training.start'] = (request) => {
    const { scene, run: name, ...rest } = request
    let run = ''
    const { started, training } = train({ ...rest, scene: scenes.pathOf(scene), run: name, runsFolder }, (event) => {
      const known = active.get(run)
      if (event.type === 'started' || event.type === 'resumed') changed(run)
      else if (event.type === 'episode') broadcast('training.episode', { ...event, run })
      else if (event.type === 'evaluation') broadcast('training.evaluation', { ...event, run })
      else if (event.type === 'warning') broadcast('training.warning', { ...event, run })
      else if (event.type === 'progress') {
        const progress = { ...event, run }
        if (known) known.progress = progress
        broadcast('training.progress', progress)
      }
    })
    run = started.run
    active.set(run, { training, status: 'running' })
    changed(run)
    const ended = (): void => {
      active.delete(run)
      broadcast('runs.changed', toRunEntry(training.folder, training.description()))
    }
    training.finished.then(ended, (error) => {
      log(messageOf(error))
      ended()
    })
    return { run }
  }

  const handlers: Handlers = {
    'app.info': () => ({ version: packageVersion(), shell: options.shell, versions: versions(), runsFolder }),
    'menu.show': ({ menus }) => {
      options.showMenus?.(menus)
      return {}
    },
    'scenes.list': () => scenes.list(),
    'scenes.read': ({ id }) => scenes.read(id),
    'scenes.openDialog': async () => {
      const file = await options.openSceneDialog?.()
      return file ? scenes.open(file) : null
    },
    'settings.describe': () => describeSettings(),
    'training.start': startTraining,
    'training.pause': ({ run }) => {
      findActive(run).training.pause()
      setStatus(run, 'paused')
      return {}
    },
    'training.resume': ({ run }) => {
      findActive(run).training.resume()
      setStatus(run, 'running')
      return {}
    },
    'training.stop': ({ run }) => {
      findActive(run).training.stop()
      setStatus(run, 'stopping')
      return {}
    },
    'runs.list': () =>
      listRunEntries(runsFolder).map((entry) => ({ ...entry, status: active.get(entry.name)?.status ?? entry.status })),
    'runs.metrics': ({ run }) => {
      const progress = active.get(run)?.progress
      const past = readRunMetrics(runsFolder, run)
      return progress ? { ...past, progress: [...past.progress, progress] } : past
    },
    'runs.scene': ({ run }) => RunFolder.open(runsFolder, run).readScene(),
    'rollouts.list': () => rollouts.list(),
    'rollouts.open': ({ id }) => rollouts.open(id),
    'rollouts.read': ({ id, from, to }) => rollouts.read(id, from, to),
    'rollouts.record': ({ run, seed }) => rollouts.record(run, seed),
  }

  return {
    connect(channel) {
      const handle = async (name: RequestName, params: unknown): Promise<unknown> => handlers[name](params as never)
      const { send } = serveConnection(channel, handle, toError, log)
      windows.add(send)
      return { close: () => void windows.delete(send) }
    },
    async openSceneFile(file) {
      broadcast('scenes.opened', scenes.open(file))
    },
    sendMenu: (action) => broadcast('menu.chosen', { action }),
    async close() {
      clearInterval(frames)
      const ending = [...active.values()].map(({ training }) => {
        training.stop()
        return training.finished.catch(() => {})
      })
      await Promise.all(ending)
      windows.clear()
    },
  }
}

function toError(error: unknown): { kind: 'input' | 'failure' | 'defect'; message: string } {
  if (error instanceof UserError) return { kind: error.kind, message: error.message }
  return { kind: 'defect', message: `This is a defect of TorqueLab: ${messageOf(error)}` }
}
