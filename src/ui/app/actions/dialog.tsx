/** A modal dialog of the window: the browser keeps the focus inside, Escape closes it and gives the focus back. */
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

export function Dialog({
  label,
  className,
  onClose,
  children,
}: {
  label: string
  className: string
  onClose: () => void
  children: ComponentChildren
}) {
  const element = useRef<HTMLDialogElement>(null)
  // Its last event comes when it is gone, and another one of its kind may be open by then.
  const isGone = useRef(false)
  // Before the next key: what is typed right after the shortcut belongs to the dialog.
  useLayoutEffect(() => {
    const dialog = element.current!
    dialog.showModal()
    return () => {
      isGone.current = true
      dialog.close()
    }
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it, and a click beside it is one more way
    <dialog
      ref={element}
      class={`dialog ${className}`}
      aria-label={label}
      onClose={() => {
        if (!isGone.current) onClose()
      }}
      onClick={(event) => {
        if (event.target === element.current) onClose()
      }}
    >
      {children}
    </dialog>
  )
}
