/** What a command of the window is: one object serves the menus, the shortcuts, the context menu and the palette. */
import type { Workspace } from '../state.ts'

/** The menus, in their order. */
export const ACTION_GROUPS = ['File', 'Edit', 'Insert', 'View', 'Simulate', 'Train', 'Replay', 'Help'] as const
export type ActionGroup = (typeof ACTION_GROUPS)[number]

/** Places that have a context menu. */
export type ActionContext = 'stage' | 'outline'

export interface Action {
  /** Unique, as `play.step`. */
  name: string
  /** What menus and the palette show: `Step back`. A function where it depends on the state: `Undo Move torso`. */
  label: string | (() => string)
  group: ActionGroup
  /** Items of one group with different sections are parted by a line; they come in order of appearance. */
  section?: string
  /**
   * Keys in the notation of tinykeys: `$mod+K` (Cmd on a Mac, Ctrl elsewhere), `Shift+?`, `Space`. All of them work; menus show the first.
   * Those without $mod or Alt do nothing while someone types.
   */
  shortcuts?: readonly string[]
  /** The workspace where it makes sense; everywhere if absent. */
  workspace?: Workspace
  /** Where a context menu offers it. */
  contexts?: readonly ActionContext[]
  /** Whether it can be done now; always if absent. Reads signals, so that menus follow. */
  isEnabled?: () => boolean
  /** For what can be on or off. */
  isChecked?: () => boolean
  /** Holding the key down repeats it. */
  repeats?: boolean
  perform: () => unknown
}

export function labelOf({ label }: Action): string {
  return typeof label === 'string' ? label : label()
}

/** Two actions that can be there at the same time. */
export function overlap(a: Pick<Action, 'workspace'>, b: Pick<Action, 'workspace'>): boolean {
  return a.workspace === undefined || b.workspace === undefined || a.workspace === b.workspace
}
