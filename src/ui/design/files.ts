/** The file of the scene that is edited: new, save, save as; and the question before changes are lost. */
import { batch, effect, signal } from '@preact/signals'
import { emptyScene, type SceneDraft } from '../../editor/draft.ts'
import { draftText, readDraft, validateDraft } from '../../editor/text.ts'
import type { SceneEntry } from '../../host/rpc/contract.ts'
import type { Action } from '../app/actions/action.ts'
import { chosenScene, guardScene, notify, notifyError, refreshScenes, workspace } from '../app/state.ts'
import { host, shell } from '../host.ts'
import { documentKey, editor } from './document.ts'
import { discardDraft, dropDraft, keepDrafts, leftDrafts } from './drafts.ts'
import { inspectorTab } from './task/actions.ts'

/** The scene that is edited, as the host knows it; undefined where it has no file yet. */
export const entry = signal<SceneEntry | undefined>(undefined)
/** The dialog that asks for a name, where it is open: it is told whether the scene was saved. */
export const naming = signal<{ done: (isSaved: boolean) => void } | undefined>(undefined)
/** The question what to do with unsaved changes, where it is open. */
export const leaving = signal<{ name: string; answer: (answer: 'save' | 'discard' | 'cancel') => void } | undefined>(
  undefined,
)
/** Whether the gallery of scenes is open. */
export const isGalleryOpen = signal(false)
function show(draft: Parameters<typeof editor.open>[0], of: SceneEntry | undefined, isSaved = true): void {
  batch(() => {
    entry.value = of
    documentKey.value = documentKey.peek() + 1
    editor.open(draft, { isSaved })
  })
}

/** Whether what is edited may be left: where there are changes, the person saves them, discards them, or stays. */
export async function mayLeave(): Promise<boolean> {
  if (!editor.isDirty.peek()) return true
  leaving.peek()?.answer('cancel')
  const answer = await new Promise<'save' | 'discard' | 'cancel'>((resolve) => {
    const question = {
      name: String(editor.draft.peek().name),
      answer: (given: 'save' | 'discard' | 'cancel') => {
        if (leaving.peek() === question) leaving.value = undefined
        resolve(given)
      },
    }
    leaving.value = question
  })
  if (answer !== 'save') return answer === 'discard'
  return save().catch((error) => {
    notifyError(error)
    return false
  })
}

export async function newScene(): Promise<void> {
  if (!(await mayLeave())) return
  show(emptyScene(), undefined)
  // There is nothing to play yet.
  inspectorTab.value = 'properties'
}

/** Saves to the scene's file; a scene without one, or a built-in, is given a name first. Whether it was saved. */
export async function save(): Promise<boolean> {
  const { value } = entry
  if (value?.source !== 'file') return askForName()
  await write({ id: value.id }, editor.draft.peek())
  return true
}

/** Opens the dialog that asks for a name; whether the scene was saved under one. */
export function askForName(): Promise<boolean> {
  naming.peek()?.done(false)
  return new Promise((resolve) => {
    const dialog = {
      done: (isSaved: boolean) => {
        if (naming.peek() === dialog) naming.value = undefined
        resolve(isSaved)
      },
    }
    naming.value = dialog
  })
}

/** Saves as a new file, which gives the scene its name; nothing has changed where that fails. */
export async function saveAs(name: string): Promise<void> {
  const draft = { ...editor.draft.peek(), name }
  await write({ name }, draft)
  if (editor.draft.peek().name !== name) editor.edit('Name the scene', (writable) => Object.assign(writable, { name }))
  editor.markSaved(draft)
}

async function write(target: { id: string } | { name: string }, draft: SceneDraft): Promise<void> {
  const saved = await host.request('scenes.save', { target, text: draftText(draft) })
  entry.value = saved
  editor.markSaved(draft)
  const { scene } = validateDraft(draft)
  if (scene) chosenScene.value = { entry: saved, scene }
  else notify('warning', 'Saved with its problems: it cannot be played or trained until they are mended.')
  void refreshScenes()
}

/** Shows a file that has problems, where it is a scene at all and Design is on show. */
async function openBroken(broken: SceneEntry): Promise<boolean> {
  if (workspace.peek() !== 'design') return false
  const { text } = await host.request('scenes.text', { id: broken.id })
  try {
    show(readDraft(text, broken.file ?? broken.name), broken)
  } catch {
    return false
  }
  notify('warning', `"${broken.name}" has problems: it can be edited, but not played or trained until they are mended.`)
  return true
}

export async function restoreDraft(key: string): Promise<void> {
  const found = leftDrafts.peek().find((draft) => draft.key === key)
  if (!found || !(await mayLeave())) return
  show(readDraft(found.text, 'The draft'), undefined, false)
  // Its text is this window's draft from now on.
  void discardDraft(key)
}

/** Begins to follow the chosen scene, to keep drafts and to ask before the window closes. */
export function startFiles(): void {
  guardScene({ mayLeave: async (id) => id === entry.peek()?.id || (await mayLeave()), openBroken })
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
  keepDrafts()
  effect(() => {
    document.title = `${editor.isDirty.value ? '● ' : ''}${String(editor.draft.value.name)} – TorqueLab`
  })
  effect(() => {
    host.request('window.unsaved', { unsaved: editor.isDirty.value }).catch((error) => console.warn(error))
  })
  host.on('window.closing', async () => {
    workspace.value = 'design'
    if (!(await mayLeave())) return
    // Saved, or not wanted: nothing is to be offered at the next start.
    await dropDraft()
    await host.request('window.close', {}).catch(notifyError)
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
    name: 'scene.gallery',
    label: 'Scenes…',
    group: 'File',
    section: 'open',
    // Electron has a dialog of the system on Ctrl+O.
    shortcuts: ['$mod+Shift+O', ...(shell === 'browser' ? ['$mod+O'] : [])],
    perform: () => {
      isGalleryOpen.value = true
    },
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
    perform: askForName,
  },
]
