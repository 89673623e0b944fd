/** Actions of the outline: rename, order, and whether it is shown. */
import { signal } from '@preact/signals'
import { moveInLists } from '../../editor/outline.ts'
import type { Action } from '../app/actions/action.ts'
import { editor } from './document.ts'
import { renameSelected } from './outline.tsx'

export const isOutlineShown = signal(true)

const common = { workspace: 'design', group: 'Edit', section: 'outline', contexts: ['outline'] } as const

const move = (by: -1 | 1) => () =>
  editor.apply(by < 0 ? 'Move up in the list' : 'Move down in the list', ({ draft, selection }) => ({
    draft: moveInLists(draft, selection, by),
  }))

export const outlineActions: readonly Action[] = [
  {
    ...common,
    name: 'outline.rename',
    label: 'Rename',
    shortcuts: ['F2'],
    contexts: ['stage', 'outline'],
    isEnabled: () => editor.selection.value.length === 1,
    perform: () => {
      isOutlineShown.value = true
      renameSelected()
    },
  },
  {
    ...common,
    name: 'outline.up',
    label: 'Move up in the list',
    shortcuts: ['Alt+ArrowUp'],
    repeats: true,
    isEnabled: () => editor.selection.value.length > 0,
    perform: move(-1),
  },
  {
    ...common,
    name: 'outline.down',
    label: 'Move down in the list',
    shortcuts: ['Alt+ArrowDown'],
    repeats: true,
    isEnabled: () => editor.selection.value.length > 0,
    perform: move(1),
  },
  {
    name: 'view.outline',
    label: 'Outline',
    group: 'View',
    section: 'inspector',
    workspace: 'design',
    shortcuts: ['Alt+O'],
    isChecked: () => isOutlineShown.value,
    perform: () => {
      isOutlineShown.value = !isOutlineShown.value
    },
  },
]
