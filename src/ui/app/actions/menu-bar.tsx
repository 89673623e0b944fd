/** The menu bar of a window in a browser; Electron's windows have the system's own, made of the same list (native-menu.ts). */
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { Menu } from './menu.tsx'
import { menus } from './registry.ts'

export function MenuBar() {
  const open = useSignal<string | undefined>(undefined)
  const bar = useRef<HTMLDivElement>(null)
  const titles = menus.value.map(({ title }) => title)
  const buttonOf = (title: string) => bar.current?.querySelector<HTMLElement>(`[data-menu="${title}"]`)
  const neighbour = (title: string, step: number) =>
    titles[(titles.indexOf(title as never) + step + titles.length) % titles.length]!
  const shown = menus.value.find(({ title }) => title === open.value)
  const place = shown && buttonOf(shown.title)?.getBoundingClientRect()
  return (
    <div ref={bar} class="menu-bar" role="menubar" aria-label="Menu">
      {titles.map((title, index) => (
        <button
          key={title}
          type="button"
          role="menuitem"
          aria-haspopup="menu"
          aria-expanded={open.value === title}
          data-menu={title}
          tabIndex={index === 0 ? 0 : -1}
          onClick={() => {
            open.value = open.value === title ? undefined : title
          }}
          onPointerEnter={() => {
            if (open.value !== undefined) open.value = title
          }}
          onKeyDown={(event) => {
            const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
            if (step) buttonOf(neighbour(title, step))?.focus()
            else if (event.key === 'ArrowDown') open.value = title
            else return
            event.preventDefault()
          }}
        >
          {title}
        </button>
      ))}
      {shown && place && (
        <Menu
          key={shown.title}
          label={shown.title}
          sections={shown.sections}
          at={{ x: place.left, y: place.bottom + 2 }}
          onClose={(isDone) => {
            if (isDone) buttonOf(shown.title)?.focus()
            open.value = undefined
          }}
          onMove={(step) => {
            open.value = neighbour(shown.title, step)
          }}
        />
      )}
    </div>
  )
}
