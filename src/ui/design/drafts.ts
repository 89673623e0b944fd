/** Drafts against crashes: what is edited and not saved is kept outside the person's files, and offered after the window ended without a word. */
import { effect, signal } from '@preact/signals'
import { draftText } from '../../editor/text.ts'
import { notifyError } from '../app/state.ts'
import { host } from '../host.ts'
import { editor } from './document.ts'

/** What was left unsaved by a window that ended. */
export const leftDrafts = signal<readonly { key: string; name: string; savedAt: string; text: string }[]>([])

/** ms from an edit to its draft. */
const DRAFT_DELAY = 800
/** Of this window: one that is loaded again is another, and offers what the old one left. */
const DRAFT_KEY = `draft-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`

let timer: ReturnType<typeof setTimeout> | undefined
let hasDraft = false

/** Begins to keep drafts, and reads those that were left. */
export function keepDrafts(): void {
  host
    .request('drafts.list', {})
    .then((drafts) => {
      leftDrafts.value = drafts
    })
    .catch(notifyError)
  effect(() => {
    const [draft, isDirty] = [editor.draft.value, editor.isDirty.value]
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (!isDirty) return void dropDraft()
      hasDraft = true
      const name = String(draft.name).slice(0, 200)
      host
        .request('drafts.write', { key: DRAFT_KEY, name, text: draftText(draft) })
        .catch((error) => console.warn(error))
    }, DRAFT_DELAY)
  })
}

/** Forgets what this window has kept: it is saved by now, or not wanted. */
export async function dropDraft(): Promise<void> {
  clearTimeout(timer)
  if (!hasDraft) return
  hasDraft = false
  await host.request('drafts.discard', { key: DRAFT_KEY }).catch((error) => console.warn(error))
}

/** Forgets what another window left. */
export async function discardDraft(key: string): Promise<void> {
  leftDrafts.value = leftDrafts.peek().filter((draft) => draft.key !== key)
  await host.request('drafts.discard', { key }).catch(notifyError)
}
