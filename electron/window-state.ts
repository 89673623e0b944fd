/** Where the window was and how large, remembered between starts, and mended where the displays have changed since. */
import type { BrowserWindow, Rectangle } from 'electron'
import * as z from 'zod'
import { readJson, writeJson } from './json-file.ts'

export const MINIMUM_SIZE = { width: 960, height: 600 }
const FIRST_SIZE = { width: 1440, height: 900 }

/** Pixels of the window's top edge that must lie on a display, so that it can be grabbed and moved. */
const GRIP = { width: 120, height: 32 }
const SAVE_DELAY = 500

const schema = z.object({
  x: z.int().exactOptional(),
  y: z.int().exactOptional(),
  width: z.int(),
  height: z.int(),
  maximised: z.boolean(),
})
export type WindowState = z.output<typeof schema>

/** The state to open with; without x and y the system chooses the place. `workAreas`: of the displays, the main one first. */
export function readWindowState(memory: string, workAreas: readonly Rectangle[]): WindowState {
  return mendWindowState(readJson(memory, schema) ?? { ...FIRST_SIZE, maximised: false }, workAreas)
}

/** The same state, no larger than its display and with its title bar within reach. */
export function mendWindowState(state: WindowState, workAreas: readonly Rectangle[]): WindowState {
  const { x, y, maximised } = state
  const isPlaced = x !== undefined && y !== undefined
  const home = (isPlaced && workAreas.find((area) => isGrippable(x, y, state.width, area))) || undefined
  const area = home ?? workAreas[0]
  if (!area) return { ...FIRST_SIZE, maximised }
  const size = {
    width: clamp(state.width, Math.min(MINIMUM_SIZE.width, area.width), area.width),
    height: clamp(state.height, Math.min(MINIMUM_SIZE.height, area.height), area.height),
  }
  return home ? { x: x!, y: y!, ...size, maximised } : { ...size, maximised }
}

function isGrippable(x: number, y: number, width: number, area: Rectangle): boolean {
  const reach = Math.min(x + width, area.x + area.width) - Math.max(x, area.x)
  return reach >= GRIP.width && y >= area.y && y + GRIP.height <= area.y + area.height
}

function clamp(value: number, lowest: number, highest: number): number {
  return Math.min(Math.max(value, lowest), highest)
}

/** Keeps the file true while the window moves. */
export function rememberWindowState(window: BrowserWindow, memory: string): void {
  let timer: NodeJS.Timeout | undefined
  const save = (): void => {
    clearTimeout(timer)
    if (window.isDestroyed()) return
    writeJson(memory, { ...window.getNormalBounds(), maximised: window.isMaximized() })
  }
  const soon = (): void => {
    clearTimeout(timer)
    timer = setTimeout(save, SAVE_DELAY)
  }
  window.on('resize', soon)
  window.on('move', soon)
  window.on('close', save)
}
