/** Every action of the window in one list. Workspaces register theirs as they load. */
import { computed, signal } from '@preact/signals'
import { notifyError, workspace } from '../state.ts'
import { ACTION_GROUPS, type Action, type ActionContext, type ActionGroup } from './action.ts'

type Source = () => readonly Action[]

const sources = signal<readonly Source[]>([])

/** Every action, of all workspaces. */
export const allActions = computed<readonly Action[]>(() => sources.value.flatMap((source) => source()))

/** Those of the workspace on show and those of the whole window. */
export const actionsHere = computed(() =>
  allActions.value.filter((action) => action.workspace === undefined || action.workspace === workspace.value),
)

/** Adds actions: a list, or a function of signals where they change (scenes to open). Returns how to take them away again. */
export function registerActions(actions: readonly Action[] | Source): () => void {
  const source: Source = typeof actions === 'function' ? actions : () => actions
  sources.value = [...sources.peek(), source]
  return () => {
    sources.value = sources.peek().filter((each) => each !== source)
  }
}

export function isEnabled(action: Action): boolean {
  return action.isEnabled?.() ?? true
}

/** Does it, where it can be done; what it throws is shown as a message. */
export function perform(action: Action): void {
  if (!isEnabled(action)) return
  const run = async () => action.perform()
  void run().catch(notifyError)
}

/** As `perform`, by name; an action of another workspace does nothing. */
export function performNamed(name: string): void {
  const action = actionsHere.peek().find((candidate) => candidate.name === name)
  if (action) perform(action)
}

/** The actions of a menu, in sections. */
export function sectionsOf(actions: readonly Action[]): Action[][] {
  const sections = new Map<string, Action[]>()
  for (const action of actions) {
    const key = action.section ?? ''
    sections.set(key, [...(sections.get(key) ?? []), action])
  }
  return [...sections.values()]
}

/** What is in the menus now: groups without actions are left out. */
export const menus = computed<readonly { title: ActionGroup; sections: Action[][] }[]>(() =>
  ACTION_GROUPS.map((title) => ({
    title,
    sections: sectionsOf(actionsHere.value.filter(({ group }) => group === title)),
  })).filter(({ sections }) => sections.length > 0),
)

/** What a context menu offers. */
export function actionsOf(context: ActionContext): readonly Action[] {
  return actionsHere.value.filter(({ contexts }) => contexts?.includes(context))
}
