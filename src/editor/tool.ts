/** What a tool of the canvas is, and what tools hear and show. */
import type { Shape } from '../scene/schema.ts'
import type { Editor } from './editor.ts'
import type { Box, Point } from './geometry.ts'

/** Where the pointer is and what is held with it. */
export interface Pointer {
  /** In the scene, m. */
  at: Point
  /** A pixel, m. */
  pixel: number
  /** Lines of the grid, m. */
  grid: number
  /** Adds to a selection, keeps a direction. */
  shift: boolean
  /** Chooses what lies below, moves a body without what it carries. */
  alt: boolean
  /** Snaps to nothing. */
  free: boolean
}

/** How near to a thing a pointer means it, px. */
export const REACH = 8
/** Movement from which a press is a drag, px. */
export const THRESHOLD = 4
/** Radius of the arc that shows a hinge's range, px. */
export const ARC = 64

/** What the canvas shows besides the scene while a tool is at work. */
export interface Feedback {
  /** Live values beside the pointer. */
  label?: { at: Point; text: string }
  guides?: readonly { from: Point; to: Point }[]
  /** Where something snaps to. */
  target?: Point
  marquee?: Box
  preview?: { position: Point; shape: Shape }
  /** Corners of a polygon so far, and the pointer. */
  corners?: readonly Point[]
}

export interface Drag {
  move(pointer: Pointer): void
  end(pointer: Pointer): void
  cancel(): void
}

export interface Tool {
  /** Undefined where the press is not for this tool: the stage pans. */
  press(pointer: Pointer): Drag | undefined
  hover?(pointer: Pointer): void
  /** Enter, or a double click. Throws a UserError where it cannot be finished. */
  finish?(): void
  /** Something that is begun is given up; whether there was something. */
  cancel?(): boolean
}

/** What tools work on. */
export interface Workbench {
  editor: Editor
  show(feedback: Feedback): void
  /** Goes back to the select tool. */
  done(): void
}
