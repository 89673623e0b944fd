/** The dialog that asks what a scene is to be called, and the offer of what was left unsaved. */
import { useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { Dialog } from '../app/actions/dialog.tsx'
import { Button } from '../controls/button.tsx'
import { Field } from '../controls/field.tsx'
import { Notice } from '../controls/layout.tsx'
import { editor } from './document.ts'
import { discardDraft, leftDrafts } from './drafts.ts'
import { isGalleryOpen, leaving, naming, restoreDraft, saveAs } from './files.ts'
import { Gallery } from './gallery/gallery.tsx'

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/

export function FileDialogs() {
  return (
    <>
      {naming.value && <NameDialog done={naming.value.done} />}
      {leaving.value && <LeaveDialog {...leaving.value} />}
      {isGalleryOpen.value && <Gallery />}
    </>
  )
}

function NameDialog({ done }: { done: (isSaved: boolean) => void }) {
  const name = useSignal(String(editor.draft.peek().name ?? '').replace(/[^A-Za-z0-9_.-]+/g, '-'))
  const refusal = useSignal<string | undefined>(undefined)
  const isFit = NAME.test(name.value) && name.value.length <= 60
  const problem = isFit ? refusal.value : 'Use letters, digits, _ . and -.'
  return (
    <Dialog label="Save the scene as" className="name-dialog" onClose={() => done(false)}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (!isFit) return
          saveAs(name.value).then(
            () => done(true),
            (error) => {
              // Above the dialog, a message of the window would not be seen.
              refusal.value = error instanceof Error ? error.message : String(error)
            },
          )
        }}
      >
        <h2>Save the scene as</h2>
        <Field label="Name of the scene" problem={problem}>
          {({ id, describedBy }) => (
            <input
              id={id}
              class="input"
              spellcheck={false}
              onFocus={(event) => event.currentTarget.select()}
              aria-describedby={describedBy}
              value={name.value}
              onInput={(event) => {
                name.value = event.currentTarget.value
                refusal.value = undefined
              }}
            />
          )}
        </Field>
        <p class="muted">It is saved into the folder “my-scenes”, beside the runs.</p>
        <div class="dialog-buttons">
          <Button onClick={() => done(false)}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={!isFit}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function LeaveDialog({ name, answer }: NonNullable<typeof leaving.value>) {
  const form = useRef<HTMLFormElement>(null)
  // What Enter does is the answer that loses nothing.
  useLayoutEffect(() => form.current?.querySelector<HTMLElement>('[type=submit]')?.focus(), [])
  return (
    <Dialog label="Unsaved changes" className="leave-dialog" onClose={() => answer('cancel')}>
      <form
        ref={form}
        onSubmit={(event) => {
          event.preventDefault()
          answer('save')
        }}
      >
        <h2>Save the changes to “{name}”?</h2>
        <p class="muted">They are lost otherwise.</p>
        <div class="dialog-buttons">
          <Button kind="danger" onClick={() => answer('discard')}>
            Don’t save
          </Button>
          <span class="spacer" />
          <Button onClick={() => answer('cancel')}>Cancel</Button>
          <Button kind="primary" type="submit">
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

export function DraftOffer() {
  const [draft] = leftDrafts.value
  if (!draft) return null
  return (
    <Notice
      kind="info"
      action={
        <>
          <Button onClick={() => void restoreDraft(draft.key)}>Restore</Button>
          <Button kind="quiet" onClick={() => void discardDraft(draft.key)}>
            Discard
          </Button>
        </>
      }
    >
      <strong>{draft.name}</strong> was not saved on {new Date(draft.savedAt).toLocaleString()}.
    </Notice>
  )
}
