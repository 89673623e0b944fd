/** The scene that the window edits: one document, which the canvas, the inspector and the task editor share. */
import { effect } from '@preact/signals'
import { Editor } from '../../editor/editor.ts'
import { chosenScene } from '../app/state.ts'

export const editor = new Editor()

effect(() => {
  const chosen = chosenScene.value
  if (chosen) editor.open(chosen.scene)
})
