/**
 * The document that the design workspace edits: a scene draft with its selection, its history and its problems, as signals.
 * It knows no window: whatever changes a scene goes through here, so everything can be undone.
 */
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals-core'
import { create, type Draft } from 'mutative'
import type { Problem } from '../common/user-error.ts'
import type { SceneValidation } from '../scene/load.ts'
import type { Scene } from '../scene/schema.ts'
import { emptyScene, type Item, isSameJson, itemsOf, keyOf, type SceneDraft, sameItem } from './draft.ts'
import { draftText, validateDraft } from './text.ts'

/** Everything that undo brings back. */
export interface EditorState {
  readonly draft: SceneDraft
  readonly selection: readonly Item[]
  /** Keys (`keyOf`) of items that no pointer moves. They are the window's, not the file's. */
  readonly locked: ReadonlySet<string>
  /** Keys of items that the canvas does not show. */
  readonly hidden: ReadonlySet<string>
}

/** A change that goes on for a while, such as a drag: one step of the history, or none. */
export interface Gesture {
  /** Replaces what the gesture has done so far; it starts from the state at its beginning, so nothing adds up. */
  update(change: Change): void
  /** The gesture as one step of the history; no step where nothing changed. */
  commit(label?: string): void
  /** Everything as it was at the beginning. */
  cancel(): void
  readonly isOpen: boolean
}

/** From the state to those parts of it that change. */
export type Change = (state: EditorState) => Partial<EditorState>

interface Step {
  label: string
  /** Before the step, where it can be undone; after it, where it can be redone. */
  state: EditorState
  /** Steps with the same key that follow each other are one. */
  merge?: string | undefined
}

/** Steps that can be undone; unchanged parts are shared, so a step costs about as much as what it changed. */
const HISTORY_LENGTH = 1000

export class Editor {
  private readonly now = signal<EditorState>(fresh(emptyScene()))
  private readonly saved = signal<SceneDraft | undefined>(this.now.peek().draft)
  /** What is validated: a drag is, when it ends. */
  private readonly settled = signal<SceneDraft>(this.now.peek().draft)
  private readonly past = signal<readonly Step[]>([])
  private readonly future = signal<readonly Step[]>([])
  private gesture: { base: EditorState; label: string; isOpen: boolean } | undefined

  readonly state: ReadonlySignal<EditorState> = this.now
  /** The scene file's JSON as edited, possibly invalid. It changes while a drag goes on. */
  readonly draft = computed(() => this.now.value.draft)
  readonly selection = computed(() => this.now.value.selection)
  /** The draft's problems and its scene; of a drag, those from before it, until it ends. */
  readonly validation: ReadonlySignal<SceneValidation> = computed(() => validateDraft(this.settled.value))
  readonly problems: ReadonlySignal<readonly Problem[]> = computed(() => this.validation.value.problems)
  /** The valid scene; undefined while the draft has problems. */
  readonly scene: ReadonlySignal<Scene | undefined> = computed(() => this.validation.value.scene)
  /** Whether the draft differs from what was opened or saved last. */
  readonly isDirty = computed(() => {
    const [draft, saved] = [this.draft.value, this.saved.value]
    return saved === undefined || !isSameJson(draft, saved)
  })
  /** What undo and redo would do, in words; undefined where there is nothing to do. */
  readonly undoLabel = computed(() => this.past.value.at(-1)?.label)
  readonly redoLabel = computed(() => this.future.value.at(-1)?.label)

  /** Edits another document, with an empty history. `isSaved`: the draft is what its file holds. */
  open(draft: SceneDraft, { isSaved = true }: { isSaved?: boolean } = {}): void {
    this.gesture = undefined
    batch(() => {
      this.now.value = fresh(draft)
      this.saved.value = isSaved ? draft : undefined
      this.settled.value = draft
      this.past.value = []
      this.future.value = []
    })
  }

  /** `draft` is now what the file holds; later edits make the document dirty. */
  markSaved(draft: SceneDraft = this.draft.peek()): void {
    this.saved.value = draft
  }

  /** The draft as the text of a scene file. */
  text(): string {
    return draftText(this.draft.peek())
  }

  /**
   * Changes the draft by a recipe that writes into it, as one step. Steps with the same `merge` that follow each other become
   * one, for what is typed or slid.
   */
  edit(label: string, recipe: (draft: Draft<Record<string, unknown>>) => void, options: { merge?: string } = {}): void {
    const write = ({ draft }: EditorState) =>
      create(draft as Record<string, unknown>, (writable) => void recipe(writable))
    this.apply(label, (state) => ({ draft: write(state) }), options)
  }

  /** As `edit`, by a function that makes a new draft of the old one, and may choose what is selected afterwards. */
  apply(label: string, change: Change, { merge }: { merge?: string | undefined } = {}): void {
    this.commitOpen()
    const before = this.now.peek()
    const after = changed(before, change)
    if (isSame(before, after)) {
      this.now.value = { ...before, selection: after.selection }
      return
    }
    batch(() => {
      const last = this.past.peek().at(-1)
      const isMerged = merge !== undefined && last?.merge === merge && this.future.peek().length === 0
      if (isMerged) this.past.value = [...this.past.peek().slice(0, -1), { ...last, label }]
      else this.record({ label, state: before, merge })
      this.show(after)
    })
  }

  /** Begins a change that goes on, such as a drag. One that was still open is committed. */
  begin(label: string): Gesture {
    this.commitOpen()
    const gesture = { base: this.now.peek(), label, isOpen: true }
    this.gesture = gesture
    const close = (): boolean => {
      const wasOpen = gesture.isOpen
      gesture.isOpen = false
      if (this.gesture === gesture) this.gesture = undefined
      return wasOpen
    }
    return {
      update: (change) => {
        if (gesture.isOpen) this.now.value = changed(gesture.base, change)
      },
      commit: (words = gesture.label) => {
        if (close()) this.finish(gesture.base, words)
      },
      cancel: () => {
        if (close()) this.now.value = gesture.base
      },
      get isOpen() {
        return gesture.isOpen
      },
    }
  }

  undo(): void {
    this.travel(this.past, this.future)
  }

  redo(): void {
    this.travel(this.future, this.past)
  }

  /** Chooses items; no step of the history, but undo brings back what was selected then. */
  select(items: readonly Item[]): void {
    const { selection } = this.now.peek()
    const unique = items.filter((item, index) => items.findIndex((other) => sameItem(item, other)) === index)
    if (unique.length === selection.length && unique.every((item, index) => sameItem(item, selection[index]!))) return
    this.now.value = { ...this.now.peek(), selection: unique }
  }

  private travel(from: typeof this.past, to: typeof this.past): void {
    this.commitOpen()
    const step = from.peek().at(-1)
    if (!step) return
    batch(() => {
      from.value = from.peek().slice(0, -1)
      to.value = [...to.peek(), { label: step.label, state: this.now.peek() }]
      this.show(step.state)
    })
  }

  private commitOpen(): void {
    const open = this.gesture
    this.gesture = undefined
    if (!open) return
    open.isOpen = false
    this.finish(open.base, open.label)
  }

  private finish(base: EditorState, label: string): void {
    const after = this.now.peek()
    batch(() => {
      if (isSame(base, after)) this.now.value = { ...base, selection: after.selection }
      else this.record({ label, state: base })
      this.settled.value = this.now.peek().draft
    })
  }

  private record(step: Step): void {
    this.past.value = [...this.past.peek().slice(1 - HISTORY_LENGTH), step]
    this.future.value = []
  }

  private show(state: EditorState): void {
    this.now.value = state
    this.settled.value = state.draft
  }
}

function fresh(draft: SceneDraft): EditorState {
  return { draft, selection: [], locked: new Set(), hidden: new Set() }
}

/** The state after a change. What is no longer there is no longer selected. */
function changed(state: EditorState, change: Change): EditorState {
  const next = { ...state, ...change(state) }
  if (next.draft === state.draft && next.selection === state.selection) return next
  const present = new Set(itemsOf(next.draft).map(keyOf))
  const selection = next.selection.filter((item) => present.has(keyOf(item)))
  // The same list where nothing of it is gone, for those who follow it.
  return selection.length < next.selection.length ? { ...next, selection } : next
}

/** Whether two states differ in nothing that undo would have to bring back. */
function isSame(a: EditorState, b: EditorState): boolean {
  if (a.locked !== b.locked || a.hidden !== b.hidden) return false
  return isSameJson(a.draft, b.draft)
}
