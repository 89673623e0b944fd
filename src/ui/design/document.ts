/** The scene that the window edits: one document, which the canvas, the inspector and the task editor share. */
import { effect, signal } from '@preact/signals'
import { Editor } from '../../editor/editor.ts'
import type { Scene } from '../../scene/schema.ts'

export const editor = new Editor()

/** Another one for each document that is opened (files.ts). */
export const documentKey = signal(0)

/** The last scene without problems, and its document: what can be played. Taken at each edit, also of two before the next picture. */
export const lastValid = signal<{ document: number; scene: Scene } | undefined>(undefined)

effect(() => {
  const scene = editor.scene.value
  if (scene) lastValid.value = { document: documentKey.peek(), scene }
})
