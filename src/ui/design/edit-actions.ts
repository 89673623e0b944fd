/** Undo and redo of the scene on the canvas. */
import type { Action } from '../app/actions/action.ts'
import { editor } from './document.ts'

export const editActions: readonly Action[] = [
  {
    name: 'edit.undo',
    label: () => ['Undo', editor.undoLabel.value].filter(Boolean).join(' '),
    group: 'Edit',
    section: 'history',
    shortcuts: ['$mod+Z'],
    workspace: 'design',
    repeats: true,
    isEnabled: () => editor.undoLabel.value !== undefined,
    perform: () => editor.undo(),
  },
  {
    name: 'edit.redo',
    label: () => ['Redo', editor.redoLabel.value].filter(Boolean).join(' '),
    group: 'Edit',
    section: 'history',
    shortcuts: ['$mod+Shift+Z', '$mod+Y'],
    workspace: 'design',
    repeats: true,
    isEnabled: () => editor.redoLabel.value !== undefined,
    perform: () => editor.redo(),
  },
]
