/** Opens a rollout file of the person's in Replay: its bytes go to the host piece by piece, because a window has no paths. */
import { signal } from '@preact/signals'
import { notify, rolloutToOpen, workspace } from '../../app/state.ts'
import { host } from '../../host.ts'
import { base64Of } from '../../save-file.ts'
import { messageOf } from '../state.ts'

/** Bytes of one message. */
const PIECE = 4 * 2 ** 20

/** The file that is on its way, and how much of it, 0 to 1. */
export const opening = signal<{ name: string; share: number } | undefined>(undefined)

/** Set where the playhead is to take the focus when the rollout is here: what had it is in another workspace. */
export const wantsFocus = signal(false)

/** Opens the first of these; the others are in the library then, to be set beside it. Each that cannot be read is named with its reason. */
export async function openFiles(files: readonly File[]): Promise<void> {
  let first: string | undefined
  for (const file of files) {
    try {
      const id = await send(file)
      first ??= id
    } catch (error) {
      notify('error', messageOf(error))
    }
  }
  opening.value = undefined
  if (first === undefined) return
  workspace.value = 'replay'
  wantsFocus.value = true
  rolloutToOpen.value = first
}

async function send(file: File): Promise<string | undefined> {
  const { name, size, lastModified: modified } = file
  const upload = crypto.randomUUID()
  for (let from = 0; ; from += PIECE) {
    opening.value = { name, share: size === 0 ? 0 : from / size }
    const isLast = from + PIECE >= size
    const content = await base64Of(file.slice(from, from + PIECE)).catch(() => {
      throw new Error(`${name}: the file cannot be read. A folder cannot be opened: drop the rollout (.mcap) itself.`)
    })
    const { id } = await host.request('rollouts.upload', { upload, name, modified, from, content, isLast })
    if (isLast) return id
  }
}

/** Asks for files in the system's dialog, in either shell. */
export function chooseFiles(): void {
  const input = document.createElement('input')
  input.type = 'file'
  input.accept = '.mcap'
  input.multiple = true
  input.addEventListener('change', () => void openFiles([...(input.files ?? [])]))
  input.click()
}
