/** Shortcuts: from keys to actions by tinykeys, and how they are written for people and for Electron. No key is taken from someone who types. */
import { effect } from '@preact/signals'
import { createKeybindingsHandler, parseKeybinding } from 'tinykeys'
import type { Action } from './action.ts'
import { actionsHere, isEnabled, perform } from './registry.ts'

const isMac = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '')

/** Keys by which people edit text; in a text field they are the field's. */
const EDITING_KEYS = ['z', 'y', 'a', 'c', 'x', 'v', 'ArrowLeft', 'ArrowRight', 'Backspace', 'Delete']

/** Listens for the shortcuts of every action. Returns how to stop. */
export function listenForShortcuts(target: Window): () => void {
  let handle: EventListener = () => {}
  const stopFollowing = effect(() => {
    const keys = new Set(actionsHere.value.flatMap(({ shortcuts = [] }) => shortcuts))
    handle = createKeybindingsHandler(
      Object.fromEntries([...keys].map((key) => [key, (event: KeyboardEvent) => press(key, event)])),
    )
  })
  const listener = (event: KeyboardEvent) => handle(event)
  target.addEventListener('keydown', listener)
  return () => {
    stopFollowing()
    target.removeEventListener('keydown', listener)
  }
}

function press(key: string, event: KeyboardEvent): void {
  // A dialog has the keyboard to itself.
  if (event.defaultPrevented || document.querySelector('dialog:modal') || usesKey(event)) return
  const candidates = actionsHere.peek().filter(({ shortcuts }) => shortcuts?.includes(key))
  const action = candidates.find(isEnabled)
  // A key of ours that cannot be used now must not do something else, as Ctrl+S does in a browser.
  if (candidates.length > 0) event.preventDefault()
  if (action && (!event.repeat || action.repeats)) perform(action)
}

/** Whether the element with the focus has its own use for the key. */
export function usesKey(event: KeyboardEvent): boolean {
  // Editors live in a shadow tree: the target that everyone sees is its host.
  const target = event.composedPath()[0]
  if (!(target instanceof Element)) return false
  const { key } = event
  const hasModifier = event.ctrlKey || event.metaKey || event.altKey
  if (target.closest('input[type=range]'))
    return !hasModifier && (key.startsWith('Arrow') || key === 'Home' || key === 'End')
  if (
    target.closest('input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable=true], [role=textbox]')
  ) {
    return hasModifier ? EDITING_KEYS.includes(key.length === 1 ? key.toLowerCase() : key) : !/^F\d+$/.test(key)
  }
  if (hasModifier) return false
  if (target.closest('[role=menu], [role=menubar], [role=listbox], [role=tree]')) return true
  if (target.closest('[role=tab]') && (key.startsWith('Arrow') || key === 'Home' || key === 'End')) return true
  return (key === ' ' || key === 'Enter') && target.closest('button, [role=tab], summary, a, input') !== null
}

const WORDS: Record<string, string> = {
  ' ': 'Space',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
}
const MODIFIERS = isMac
  ? { Control: '⌃', Alt: '⌥', Shift: '⇧', Meta: '⌘' }
  : { Control: 'Ctrl', Alt: 'Alt', Shift: 'Shift', Meta: 'Meta' }

/** As people read it: `Ctrl+Shift+K`, `⇧⌘K` on a Mac. */
export function shortcutText(shortcut: string): string {
  const [modifiers, key] = parts(shortcut)
  // The shifted character says that Shift is held.
  const held = modifiers.filter((name) => !(name === 'Shift' && /^[^A-Za-z0-9]$/.test(key)))
  const words = held.map((name) => MODIFIERS[name as keyof typeof MODIFIERS] ?? name)
  const word = WORDS[key] ?? (key.length === 1 ? key.toUpperCase() : key)
  return isMac ? [...words, word].join('') : [...words, word].join('+')
}

/** The first shortcut of an action as people read it; undefined where it has none. */
export function shortcutOf({ shortcuts }: Pick<Action, 'shortcuts'>): string | undefined {
  return shortcuts?.[0] === undefined ? undefined : shortcutText(shortcuts[0])
}

/** As Electron's menus take it; undefined where Electron has no name for it. */
export function acceleratorOf({ shortcuts }: Pick<Action, 'shortcuts'>): string | undefined {
  if (shortcuts?.[0] === undefined) return undefined
  const [modifiers, key] = parts(shortcuts[0])
  const name = { ' ': 'Space', ArrowLeft: 'Left', ArrowRight: 'Right', ArrowUp: 'Up', ArrowDown: 'Down' }[key] ?? key
  if (!/^([A-Za-z0-9]|F\d+|Space|Left|Right|Up|Down|Home|End|Delete|Backspace|Escape|[.,/;=-])$/.test(name))
    return undefined
  const names = modifiers.map((each) => (each === 'Control' ? 'Ctrl' : each === 'Meta' ? 'Cmd' : each))
  return [...names, name.length === 1 ? name.toUpperCase() : name].join('+')
}

function parts(shortcut: string): [modifiers: string[], key: string] {
  const [press] = parseKeybinding(shortcut)
  const [modifiers, key] = press!
  return [modifiers, key === 'Space' ? ' ' : String(key)]
}
