/**
 * The host as windows see it: answers the contract's requests, sends its events, and keeps the runs that train.
 * Electron's main process and the browser-mode server each make one and attach their windows to it.
 */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { messageOf, UserError } from '../common/user-error.ts'
import { RunFolder } from '../training/run-folder.ts'
import { packageVersion, versions } from './package.ts'
import { createRolloutLibrary } from './rollout-library.ts'
import { type Channel, serveConnection } from './rpc/connection.ts'
import type { Answer, EventName, EventPayload, MenuContent, Params, RequestName, RunEntry } from './rpc/contract.ts'
import { isTraining, listSnapshots, readRunEntry, readRunMetrics, runDetails, toRunEntry } from './run-library.ts'
import { writeRunNotes } from './run-notes.ts'
import { createSceneLibrary } from './scene-library.ts'
import { createSceneStore } from './scene-store.ts'
import { openSceneTraining, shippedPolicy } from './scenes.ts'
import { describeSettings } from './settings-form.ts'
import { type ListeningWindow, LOOK_INTERVAL, TrainingNews } from './training-news.ts'
import { Trainings, type TrainingsEvents } from './trainings.ts'
import { renameRun, Trash } from './trash.ts'
import { openUserMemory } from './user-memory.ts'
import { Verifications } from './verifications.ts'

export interface HostServiceOptions {
  runsFolder: string
  shell: 'electron' | 'browser'
  /** Where the person's own memory is (user-memory.ts); nobody is remembered, and nobody greeted, where it is absent. */
  userFolder?: string
  /** Where refusals and defects are written. */
  log: (line: string) => void
  /** Asks for a scene file; null where it was cancelled. Absent where there is no dialog. */
  openSceneDialog?: () => Promise<string | null>
  /** Asks where to save a file that is called so; null where it was cancelled. Absent where there is no dialog. */
  saveDialog?: (name: string) => Promise<string | null>
  /** Shows a window's menus; absent where there is no place for them but the page. */
  showMenus?: (menus: readonly MenuContent[]) => void
  /** A window says whether it has changes that closing it would lose. */
  onUnsaved?: (unsaved: boolean) => void
  /** Closes the window, which has asked its person. */
  closeWindow?: () => void
  /** Scene files that were opened lately: they are listed without being opened again. */
  recentScenes?: () => readonly string[]
  /** Threads that may train at once; as many as the machine has cores where absent. */
  cores?: number
}

export interface HostService {
  /** Attaches a window. */
  connect(channel: Channel): { close(): void }
  /** Validates a scene file and shows it in every window. Throws a UserError where it cannot be used. */
  openSceneFile(file: string): Promise<void>
  /** An item of a window's menus was chosen, by its name. */
  sendMenu(action: string): void
  /** Has the window ask what to do with its unsaved changes. */
  askBeforeClosing(): void
  /** Stops what trains, cleanly: every run is evaluated and kept. */
  close(): Promise<void>
}

type Handlers = {
  [Name in RequestName]: (
    params: Required<Params<Name>>,
    window: ListeningWindow,
  ) => Promise<Answer<Name>> | Answer<Name>
}

export function createHostService(options: HostServiceOptions): HostService {
  const { runsFolder, log } = options
  const windows = new Set<ListeningWindow>()
  // Beside the runs: in the user's documents, or where the command was given.
  const store = createSceneStore(path.join(path.dirname(path.resolve(runsFolder)), 'my-scenes'))
  const scenes = createSceneLibrary(runsFolder, store, options.recentScenes)
  const rollouts = createRolloutLibrary(runsFolder)
  const verifications = new Verifications()
  const trash = new Trash(runsFolder)
  const user = openUserMemory(options.userFolder)

  const broadcast = <Name extends EventName>(name: Name, payload: EventPayload<Name>): void => {
    for (const { send } of windows) send(name, payload)
  }

  const events: TrainingsEvents = {
    onEvent(run, event) {
      if (event.type === 'started') changed(run)
      else if (event.type === 'resumed') {
        changed(run)
        const { step, episode } = event
        for (const message of event.notices) news.tell('training.warning', { run, step, episode, message })
      } else if (event.type === 'episode') news.tell('training.episode', { ...event, run })
      else if (event.type === 'evaluation') news.tell('training.evaluation', { ...event, run })
      else if (event.type === 'warning') news.tell('training.warning', { ...event, run })
      else if (event.type === 'progress') news.tell('training.progress', { ...event, run })
    },
    onChange: (run) => changed(run),
    log,
  }
  const trainings = new Trainings(runsFolder, events, options.cores)
  const { active } = trainings
  const news = new TrainingNews({
    windows,
    takesAllCores: () => trainings.takesAllCores,
    readLive: (run) => active.get(run)?.training.readLive(),
  })

  const entryOf = (run: string): RunEntry => {
    const known = active.get(run)
    if (!known) {
      const folder = RunFolder.open(runsFolder, run)
      const unwritten = trainings.unwritten.get(run)
      return unwritten ? toRunEntry(folder, unwritten) : readRunEntry(folder)
    }
    const { folder, description } = known.training
    return withProgress(toRunEntry(folder, description()))
  }

  /** The entry of a run that trains, as it is now. */
  const withProgress = (entry: RunEntry): RunEntry => {
    const known = active.get(entry.name)
    if (!known) return entry
    const { progress } = known.training.description()
    return {
      ...entry,
      status: known.status,
      ...(progress && { steps: progress.steps, seconds: progress.seconds }),
      ...(progress?.best && { meanReturn: progress.best.meanReturn }),
    }
  }

  const changed = (run: string): void => {
    // A window hears of all that a run did before it hears how the run stands.
    news.flush()
    if (!active.has(run)) news.forget(run)
    try {
      broadcast('runs.changed', entryOf(run))
    } catch (error) {
      log(messageOf(error))
    }
  }

  const looking = setInterval(() => news.look(), LOOK_INTERVAL)
  looking.unref()

  /** A run that no worker writes to, here or in another process. */
  const openIdle = (run: string, what: string): RunFolder => {
    const folder = RunFolder.open(runsFolder, run)
    if (active.has(run) || (!trainings.unwritten.has(run) && isTraining(folder))) {
      throw new UserError(`The run "${run}" is training; stop it before it is ${what}.`)
    }
    return folder
  }

  const handlers: Handlers = {
    'app.info': () => ({ version: packageVersion(), shell: options.shell, versions: versions(), runsFolder }),
    'menu.show': ({ menus }) => {
      options.showMenus?.(menus)
      return {}
    },
    'files.save': async ({ name, content }) => {
      if (!options.saveDialog) throw new UserError('Files are saved by the browser here.')
      const file = await options.saveDialog(name)
      if (file === null) return { saved: false }
      try {
        await writeFile(file, Buffer.from(content, 'base64'))
      } catch (error) {
        throw new UserError(`${file}: the file cannot be saved: ${messageOf(error)}.`, 'failure')
      }
      return { saved: true }
    },
    'window.unsaved': ({ unsaved }) => {
      options.onUnsaved?.(unsaved)
      return {}
    },
    'window.close': () => {
      options.closeWindow?.()
      return {}
    },
    'scenes.list': () => scenes.list(),
    'scenes.read': ({ id }) => scenes.read(id),
    'scenes.text': ({ id }) => ({ text: scenes.text(id) }),
    'scenes.save': ({ target, text }) => scenes.save(target, text),
    'scenes.policy': ({ id }) => {
      const bytes = shippedPolicy(id)
      return bytes ? { file: bytes.toString('base64') } : null
    },
    'user.read': () => user.read(),
    'user.write': (memory) => {
      user.write(memory)
      return {}
    },
    'drafts.list': () => store.drafts(),
    'drafts.write': ({ key, name, text }) => {
      store.writeDraft(key, name, text)
      return {}
    },
    'drafts.discard': ({ key }) => {
      store.discardDraft(key)
      return {}
    },
    'scenes.openDialog': async () => {
      const file = await options.openSceneDialog?.()
      return file ? scenes.open(file) : null
    },
    'settings.describe': ({ scene }) =>
      describeSettings(scene === undefined ? undefined : openSceneTraining(scenes.pathOf(scene))),
    'scenes.training': ({ id }) => {
      const training = openSceneTraining(scenes.pathOf(id))
      return training ? { algorithm: training.algorithm, steps: training.steps } : null
    },
    'training.start': ({ scene, seeds, run, ...rest }) => {
      if (run !== undefined && seeds.length > 1)
        throw new UserError('Runs of several seeds are named by themselves; leave the name away.')
      const { id, edited } =
        typeof scene === 'string' ? { id: scene, edited: undefined } : { id: scene.of, edited: scene.text }
      const path = id === undefined ? undefined : scenes.pathOf(id)
      return { runs: trainings.start({ ...rest, scene: path, edited, run }, seeds) }
    },
    'training.pause': ({ run }) => {
      trainings.pause(run)
      return {}
    },
    'training.resume': ({ run, ...budget }) => {
      trainings.resume(run, budget)
      return {}
    },
    'training.stop': ({ run }) => {
      trainings.stop(run)
      return {}
    },
    'runs.list': () => {
      trainings.writeEnds()
      return RunFolder.names(runsFolder).map(entryOf)
    },
    'runs.details': ({ runs }) => runs.map((run) => runDetails(runsFolder, run, scenes)),
    'runs.policy': ({ run, policy: choice }) => {
      const { policy, bytes } = RunFolder.open(runsFolder, run).readPolicy(choice)
      return { trainedSteps: policy.specification.trainedSteps, file: Buffer.from(bytes).toString('base64') }
    },
    'runs.snapshots': ({ run }) => listSnapshots(runsFolder, run),
    'runs.annotate': ({ run, ...change }) => {
      writeRunNotes(RunFolder.open(runsFolder, run), JSON.parse(JSON.stringify(change)))
      changed(run)
      return entryOf(run)
    },
    'runs.rename': ({ run, name }) => {
      renameRun(runsFolder, openIdle(run, 'renamed'), name)
      broadcast('runs.removed', { run })
      changed(name)
      return entryOf(name)
    },
    'runs.delete': ({ runs }) => {
      // All of them or none.
      const folders = runs.map((run) => openIdle(run, 'deleted'))
      return folders.map((folder) => {
        const entry = trash.put(folder)
        broadcast('runs.removed', { run: folder.name })
        return entry
      })
    },
    'trash.list': () => trash.list(),
    'trash.restore': ({ ids }) =>
      ids.map((id) => {
        const { name } = trash.restore(id)
        changed(name)
        return entryOf(name)
      }),
    'trash.empty': () => {
      trash.empty('all')
      rollouts.emptyTrash('all')
      return {}
    },
    'training.watch': ({ run }, window) => {
      news.watch(window, run)
      return {}
    },
    'runs.metrics': ({ run }) => {
      const progress = active.get(run)?.progress
      const past = readRunMetrics(runsFolder, run)
      return progress ? { ...past, progress: [...past.progress, progress] } : past
    },
    'runs.scene': ({ run }) => RunFolder.open(runsFolder, run).readScene(),
    'rollouts.list': () => rollouts.list(),
    'rollouts.open': ({ id }) => rollouts.open(id),
    'rollouts.read': ({ id, from, to }) => rollouts.read(id, from, to),
    'rollouts.record': ({ run, seed, policy }) => rollouts.record(run, seed, policy),
    'rollouts.preview': ({ id }) => rollouts.preview(id),
    'rollouts.delete': ({ id }) => rollouts.delete(id),
    'rollouts.upload': ({ content, ...piece }) =>
      rollouts.upload({ ...piece, content: Buffer.from(content, 'base64') }),
    'rollouts.restore': ({ deletion }) => rollouts.restore(deletion),
    'rollouts.verify': async ({ id }) => {
      const tell = (step: number, steps: number) => broadcast('rollouts.verifying', { id, step, steps })
      return (await verifications.start(id, rollouts.fileOf(id), tell)) ?? null
    },
    'rollouts.stopVerifying': ({ id }) => {
      verifications.stop(id)
      return {}
    },
  }

  trash.empty('old')
  rollouts.emptyTrash('old')
  // What waited when the app was closed.
  trainings.next()

  return {
    connect(channel) {
      const handle = async (name: RequestName, params: unknown): Promise<unknown> =>
        handlers[name](params as never, window)
      const window: ListeningWindow = { ...serveConnection(channel, handle, toError, log), watched: undefined }
      windows.add(window)
      return { close: () => void windows.delete(window) }
    },
    async openSceneFile(file) {
      broadcast('scenes.opened', scenes.open(file))
    },
    askBeforeClosing: () => broadcast('window.closing', {}),
    sendMenu: (action) => broadcast('menu.chosen', { action }),
    async close() {
      clearInterval(looking)
      verifications.close()
      rollouts.close()
      await trainings.close()
      windows.clear()
    },
  }
}

function toError(error: unknown): { kind: 'input' | 'failure' | 'defect'; message: string } {
  if (error instanceof UserError) return { kind: error.kind, message: error.message }
  return { kind: 'defect', message: `This is a defect of TorqueLab: ${messageOf(error)}` }
}
