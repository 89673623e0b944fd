/** Dark and light: the system's choice until the person makes one, which is remembered. */
import { effect, signal } from '@preact/signals'
import { remember, remembered } from '../remember.ts'

export type Theme = 'dark' | 'light'

const system = window.matchMedia('(prefers-color-scheme: light)')

/** The theme in use. Stages and plots read it to know when to take their colours again. */
export const theme = signal<Theme>(rememberedTheme() ?? systemTheme())

system.addEventListener('change', () => {
  if (!rememberedTheme()) theme.value = systemTheme()
})

// Runs as the module loads, before the first paint of the page's content.
effect(() => {
  document.documentElement.dataset.theme = theme.value
})

/** Changes to the other theme and remembers it. */
export function toggleTheme(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark'
  remember('theme', theme.value)
}

/** A colour of the theme, as `--accent`, in the notation of theme.css. */
export function themeColor(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim()
}

function systemTheme(): Theme {
  return system.matches ? 'light' : 'dark'
}

function rememberedTheme(): Theme | undefined {
  const value = remembered('theme')
  return value === 'dark' || value === 'light' ? value : undefined
}
