/** What the workspaces share: which one is shown, the chosen scene, and the messages to the person. */
import { signal } from '@preact/signals'
import type { SceneEntry } from '../../host/rpc/contract.ts'
import type { Scene } from '../../scene/schema.ts'
import { host } from '../host.ts'

export type Workspace = 'design' | 'train' | 'replay'

/** The workspace on show. The others stay mounted but hidden, so their state survives. */
export const workspace = signal<Workspace>('design')

/** Every scene that the host knows. */
export const sceneEntries = signal<readonly SceneEntry[]>([])

/** The scene that Design plays and Train trains on; undefined until the first one is read. */
export const chosenScene = signal<{ entry: SceneEntry; scene: Scene } | undefined>(undefined)

/** A scene as Design edits it, where that is not what its file holds. */
export interface EditedScene {
  name: string
  /** Id of the scene that it was; undefined for a new one. */
  of: string | undefined
  /** Undefined while it has problems. */
  scene: Scene | undefined
  /** In words, each with its place. */
  problems: readonly string[]
  /** What its file would hold. */
  text(): string
}

/** What Train takes in place of the chosen scene; undefined where Design shows that one as it is. */
export const editedScene = signal<EditedScene | undefined>(undefined)

/** A rollout that Replay is asked to open (its id); Replay sets it back to undefined when it took it. */
export const rolloutToOpen = signal<string | undefined>(undefined)

export interface Message {
  id: number
  kind: 'error' | 'warning' | 'info'
  text: string
}

/** Messages on show, oldest first. */
export const messages = signal<readonly Message[]>([])

let nextMessage = 1

/** Shows a message until it is dismissed (information goes by itself after some seconds); the same text is shown once. */
export function notify(kind: Message['kind'], text: string): void {
  if (messages.value.some((message) => message.text === text)) return
  const id = nextMessage++
  messages.value = [...messages.value.slice(-3), { id, kind, text }]
  if (kind === 'info') setTimeout(() => dismiss(id), 6000)
}

/** Shows an error in its own words: those of a HostError are meant for people. */
export function notifyError(error: unknown): void {
  notify('error', error instanceof Error ? error.message : String(error))
}

export function dismiss(id: number): void {
  messages.value = messages.value.filter((message) => message.id !== id)
}

/** The scene that a new window shows: the simplest. */
const FIRST_SCENE = 'pendulum'

/** Reads the list of scenes, and chooses one where none is chosen. */
export async function refreshScenes(firstScene = FIRST_SCENE): Promise<void> {
  try {
    sceneEntries.value = await host.request('scenes.list', {})
    const first = sceneEntries.value.find(({ id }) => id === firstScene) ?? sceneEntries.value[0]
    // A scene may have been opened meanwhile, and is then being read.
    if (latestChoice === 0 && first) await chooseScene(first)
  } catch (error) {
    notifyError(error)
  }
}

/** What the editor of scenes has to say where another one is chosen. */
export interface SceneGuard {
  /** Whether what is edited may be left for the scene of this id; it asks the person where that would lose changes. */
  mayLeave(id: string): Promise<boolean>
  /** Shows a scene that has problems, to be mended; whether it could. */
  openBroken(entry: SceneEntry): Promise<boolean>
}

let latestChoice = 0
let guard: SceneGuard = { mayLeave: async () => true, openBroken: async () => false }

export function guardScene(by: SceneGuard): void {
  guard = by
}

/** Chooses a scene for Design and Train. One with a problem is only edited, or leaves the old one in place and says why. */
export async function chooseScene(entry: SceneEntry): Promise<void> {
  const choice = ++latestChoice
  if (!(await guard.mayLeave(entry.id))) return
  try {
    const scene = await host.request('scenes.read', { id: entry.id })
    // A later choice may have been answered first.
    if (choice !== latestChoice) return
    if (!sceneEntries.value.some(({ id }) => id === entry.id)) sceneEntries.value = [...sceneEntries.value, entry]
    chosenScene.value = { entry, scene }
  } catch (error) {
    if (choice === latestChoice && !(await guard.openBroken(entry))) notifyError(error)
  }
}

/** Asks for a scene file in the system's dialog (Electron) and chooses it. */
export async function openScene(): Promise<void> {
  try {
    const entry = await host.request('scenes.openDialog', {})
    if (entry) await chooseScene(entry)
  } catch (error) {
    notifyError(error)
  }
}
