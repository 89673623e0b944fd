/** The scene that is edited as Train gets it, and the way there: as it is on the canvas, saved or not, once it has no problems. */
import { effect } from '@preact/signals'
import type { Action } from '../app/actions/action.ts'
import { dismiss, editedScene, messages, notify, workspace } from '../app/state.ts'
import { sentScenes, view } from '../train/state.ts'
import { documentKey, editor } from './document.ts'
import { entry } from './files.ts'
import { placeInWords } from './problems.tsx'

/** Problems that a message names; the list in the inspector has them all. */
const MOST_PROBLEMS = 3

/** Keeps `editedScene` up to date. Of a drag, Train hears when it ends. */
export function startSendingScene(): void {
  effect(() => {
    const { scene, problems } = editor.validation.value
    const of = entry.value?.id
    const isAsSaved = of !== undefined && !editor.isDirty.value && scene !== undefined
    if (documentKey.value === 0 || isAsSaved) {
      editedScene.value = undefined
      return
    }
    editedScene.value = {
      name: scene?.name ?? String(editor.draft.peek().name ?? 'untitled'),
      of,
      scene,
      problems: problems.map(({ path, message }) => `${placeInWords(path)}: ${message.replace(/\.$/, '')}.`),
      text: () => editor.text(),
    }
  })
  // Train says it itself, and what is mended need not be said.
  effect(() => {
    if (workspace.value !== 'train' && editor.problems.value.length > 0) return
    for (const { id, text } of messages.peek()) if (text.startsWith(REFUSAL)) dismiss(id)
  })
}

const REFUSAL = 'This scene cannot be trained yet.'

function train(): void {
  const problems = editedScene.peek()?.problems ?? []
  if (problems.length > 0) {
    const words = problems.slice(0, MOST_PROBLEMS).join(' ')
    const more = problems.length > MOST_PROBLEMS ? ` And ${problems.length - MOST_PROBLEMS} more.` : ''
    notify('error', `${REFUSAL} ${words}${more}`)
    return
  }
  sentScenes.value++
  view.value = 'run'
  workspace.value = 'train'
}

export const trainSceneActions: readonly Action[] = [
  {
    name: 'scene.train',
    label: 'Train this scene',
    group: 'Train',
    workspace: 'design',
    shortcuts: ['$mod+Enter'],
    isEnabled: () => documentKey.value > 0,
    perform: train,
  },
]
