/** The scene that the window edits: one document, which the canvas, the inspector and the task editor share. */
import { signal } from '@preact/signals'
import { Editor } from '../../editor/editor.ts'

export const editor = new Editor()

/** Another one for each document that is opened (files.ts). */
export const documentKey = signal(0)
