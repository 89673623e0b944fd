/** Dark and light: the system's choice until the person makes one, which is remembered. */
import { effect, signal } from '@preact/signals'

export type Theme = 'dark' | 'light'

const KEY = 'torquelab.theme'
const system = window.matchMedia('(prefers-color-scheme: light)')

/** The theme in use. Stages and plots read it to know when to take their colours again. */
export const theme = signal<Theme>(remembered() ?? systemTheme())

system.addEventListener('change', () => {
  if (!remembered()) theme.value = systemTheme()
})

// Runs as the module loads, before the first paint of the page's content.
effect(() => {
  document.documentElement.dataset.theme = theme.value
})

/** Changes to the other theme and remembers it. */
export function toggleTheme(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark'
  try {
    localStorage.setItem(KEY, theme.value)
  } catch {
    // Storage can be switched off: the choice then lasts as long as the window.
  }
}

/** A colour of the theme, as `--accent`, in the notation of theme.css. */
export function themeColor(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim()
}

function systemTheme(): Theme {
  return system.matches ? 'light' : 'dark'
}

function remembered(): Theme | undefined {
  try {
    const value = localStorage.getItem(KEY)
    return value === 'dark' || value === 'light' ? value : undefined
  } catch {
    return undefined
  }
}
