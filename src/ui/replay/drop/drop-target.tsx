/** The whole window takes rollout files that are dropped on it, whichever workspace is on show. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import './drop.css'
import { openFiles, opening } from './open-file.ts'

export function DropTarget() {
  const isOver = useSignal(false)
  useEffect(() => {
    const listening = new AbortController()
    const { signal } = listening
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return
      // Otherwise the browser would leave the page for the file.
      event.preventDefault()
      event.dataTransfer!.dropEffect = 'copy'
      isOver.value = true
    }
    window.addEventListener('dragenter', over, { signal })
    window.addEventListener('dragover', over, { signal })
    window.addEventListener(
      'dragleave',
      (event) => {
        // Only where it leaves the window, not one of its parts.
        if (event.relatedTarget === null) isOver.value = false
      },
      { signal },
    )
    window.addEventListener(
      'drop',
      (event) => {
        isOver.value = false
        if (!hasFiles(event)) return
        event.preventDefault()
        void openFiles([...(event.dataTransfer?.files ?? [])])
      },
      { signal },
    )
    return () => listening.abort()
  }, [isOver])
  if (isOver.value) {
    return (
      <div class="drop-target" aria-hidden="true">
        <p>Drop a rollout (.mcap) to open it in Replay</p>
      </div>
    )
  }
  if (!opening.value) return null
  const { name, share } = opening.value
  return (
    <div class="drop-progress" role="status">
      <span>Opening {name}</span>
      <progress aria-label={`Opening ${name}`} value={share} max={1} />
    </div>
  )
}
