/** The dialog that asks what a scene is to be called, and the offer of what was left unsaved. */
import { useSignal } from '@preact/signals'
import { Dialog } from '../app/actions/dialog.tsx'
import { notifyError } from '../app/state.ts'
import { Button } from '../controls/button.tsx'
import { Field } from '../controls/field.tsx'
import { Notice } from '../controls/layout.tsx'
import { editor } from './document.ts'
import { discardDraft, isNaming, leftDrafts, restoreDraft, saveAs } from './files.ts'

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/

export function FileDialogs() {
  return isNaming.value ? <NameDialog /> : null
}

function NameDialog() {
  const name = useSignal(String(editor.draft.peek().name ?? '').replace(/[^A-Za-z0-9_.-]+/g, '-'))
  const problem = NAME.test(name.value) && name.value.length <= 60 ? undefined : 'Use letters, digits, _ . and -.'
  const close = () => {
    isNaming.value = false
  }
  return (
    <Dialog label="Save the scene as" className="name-dialog" onClose={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (!problem) saveAs(name.value).catch(notifyError)
        }}
      >
        <Field label="Name of the scene" problem={problem}>
          {({ id, describedBy }) => (
            <input
              id={id}
              class="input"
              aria-describedby={describedBy}
              value={name.value}
              onInput={(event) => {
                name.value = event.currentTarget.value
              }}
            />
          )}
        </Field>
        <p class="muted">It is saved into the folder “my-scenes”, beside the runs.</p>
        <div class="dialog-buttons">
          <Button onClick={close}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={problem !== undefined}>
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
          <Button onClick={() => restoreDraft(draft.key)}>Restore</Button>
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
