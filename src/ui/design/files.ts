/** The file of the scene that is edited: new, save, save as; drafts against crashes; and the question before changes are lost. */
import { batch, effect, signal } from '@preact/signals'
import { emptyScene } from '../../editor/draft.ts'
import { draftText, readDraft } from '../../editor/text.ts'
import type { SceneEntry } from '../../host/rpc/contract.ts'
import type { Action } from '../app/actions/action.ts'
import { chosenScene, guardScene, notify, notifyError, refreshScenes, workspace } from '../app/state.ts'
import { host, shell } from '../host.ts'
import { documentKey, editor } from './document.ts'

/** The scene that is edited, as the host knows it; undefined where it has no file yet. */
export const entry = signal<SceneEntry | undefined>(undefined)
/** Whether the dialog that asks for a name is open. */
export const isNaming = signal(false)
/** What was left unsaved by a window that ended. */
export const leftDrafts = signal<readonly { key: string; name: string; savedAt: string; text: string }[]>([])

/** ms from an edit to its draft. */
const DRAFT_DELAY = 800
/** Of this window: one that is loaded again is another, and offers what the old one left. */
const DRAFT_KEY = `draft-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`

function show(draft: Parameters<typeof editor.open>[0], of: SceneEntry | undefined, isSaved = true): void {
  batch(() => {
    entry.value = of
    documentKey.value = documentKey.peek() + 1
    editor.open(draft, { isSaved })
  })
}

/** Whether what is edited may be left; asks where there are changes. */
export function mayLeave(): boolean {
  if (!editor.isDirty.peek()) return true
  return window.confirm(`"${String(editor.draft.peek().name)}" has changes that are not saved. Discard them?`)
}

export function newScene(): void {
  if (mayLeave()) show(emptyScene(), undefined)
}

/** Saves to the scene's file; a scene without one, or a built-in, is given a name first. */
export async function save(): Promise<void> {
  const { value } = entry
  if (value?.source === 'file') await write({ id: value.id })
  else isNaming.value = true
}

export async function saveAs(name: string): Promise<void> {
  if (editor.draft.peek().name !== name) editor.edit('Name the scene', (draft) => Object.assign(draft, { name }))
  await write({ name })
}

async function write(target: { id: string } | { name: string }): Promise<void> {
  const draft = editor.draft.peek()
  const saved = await host.request('scenes.save', { target, text: draftText(draft) })
  entry.value = saved
  editor.markSaved(draft)
  isNaming.value = false
  const scene = editor.scene.peek()
  if (scene) chosenScene.value = { entry: saved, scene }
  else notify('warning', 'Saved with its problems: it cannot be played or trained until they are mended.')
  await refreshScenes()
}

export function restoreDraft(key: string): void {
  const found = leftDrafts.peek().find((draft) => draft.key === key)
  if (!found || !mayLeave()) return
  show(readDraft(found.text, 'The draft'), undefined, false)
  // Its text is this window's draft from now on.
  void discardDraft(key)
}

export async function discardDraft(key: string): Promise<void> {
  leftDrafts.value = leftDrafts.peek().filter((draft) => draft.key !== key)
  await host.request('drafts.discard', { key }).catch(notifyError)
}

/** Begins to follow the chosen scene, and to keep drafts. */
export function startFiles(): void {
  guardScene(mayLeave)
  effect(() => {
    const chosen = chosenScene.value
    if (!chosen || chosen.entry.id === entry.peek()?.id) return
    const { id, name } = chosen.entry
    host
      .request('scenes.text', { id })
      .then(({ text }) => {
        if (chosenScene.peek()?.entry.id === id) show(readDraft(text, name), chosen.entry)
      })
      .catch(notifyError)
  })
  host
    .request('drafts.list', {})
    .then((drafts) => {
      leftDrafts.value = drafts
    })
    .catch(notifyError)
  let timer: ReturnType<typeof setTimeout> | undefined
  let hasDraft = false
  effect(() => {
    const [draft, isDirty] = [editor.draft.value, editor.isDirty.value]
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (!isDirty && !hasDraft) return
      hasDraft = isDirty
      const request = isDirty
        ? host.request('drafts.write', {
            key: DRAFT_KEY,
            name: String(draft.name).slice(0, 200),
            text: draftText(draft),
          })
        : host.request('drafts.discard', { key: DRAFT_KEY })
      request.catch((error) => console.warn(error))
    }, DRAFT_DELAY)
  })
  effect(() => {
    if (workspace.value === 'train' && editor.isDirty.peek())
      notify('warning', 'The scene has changes that are not saved: training takes the saved one.')
  })
  if (shell === 'browser')
    window.addEventListener('beforeunload', (event) => {
      if (editor.isDirty.peek()) event.preventDefault()
    })
}

export const fileActions: readonly Action[] = [
  {
    name: 'scene.new',
    label: 'New scene',
    group: 'File',
    section: 'open',
    shortcuts: ['Alt+N'],
    workspace: 'design',
    perform: newScene,
  },
  {
    name: 'scene.save',
    label: 'Save',
    group: 'File',
    section: 'save',
    shortcuts: ['$mod+S'],
    workspace: 'design',
    perform: save,
  },
  {
    name: 'scene.saveAs',
    label: 'Save as…',
    group: 'File',
    section: 'save',
    shortcuts: ['$mod+Shift+S'],
    workspace: 'design',
    perform: () => {
      isNaming.value = true
    },
  },
]
